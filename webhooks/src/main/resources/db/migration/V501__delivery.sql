-- What the page of deliveries lists. The body is kept in the journal's first transition of the delivery.
CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  event TEXT NOT NULL,
  hook TEXT NOT NULL,
  repository TEXT NOT NULL,
  received BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  fate TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX delivery_received ON delivery (received, id);
CREATE INDEX delivery_repository ON delivery (repository, received, id);
