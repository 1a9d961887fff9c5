-- The scaler's decision log. Body is the whole decision; the other columns are what it is asked for by.
CREATE TABLE decision (
  fleet TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  changed INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (fleet, sequence)
);
CREATE INDEX decision_at ON decision (at);

-- What the next decision about a fleet must know, as it was stored with the row of this sequence.
CREATE TABLE decision_memory (
  fleet TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL,
  body TEXT NOT NULL
);

-- Which policy sizes which fleet. A max of 0 is none.
CREATE TABLE fleet_binding (
  environment TEXT NOT NULL,
  process TEXT NOT NULL,
  max INTEGER NOT NULL,
  scaling TEXT NOT NULL,
  PRIMARY KEY (environment, process)
);
