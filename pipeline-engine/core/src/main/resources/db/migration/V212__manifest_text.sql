-- What was rendered of what repositories bring, packed; releases name it by its hash.
CREATE TABLE manifest_text (
  hash TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  kept BIGINT NOT NULL
);
