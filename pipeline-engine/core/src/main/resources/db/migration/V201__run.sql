-- What pages and the API list. The whole of a run is its state in the journal.
CREATE TABLE run (
  id ${identity},
  repository TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  sha TEXT NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  pull_request BIGINT,
  asked_by TEXT NOT NULL,
  status TEXT NOT NULL,
  cause TEXT,
  created BIGINT NOT NULL,
  ended BIGINT,
  UNIQUE (repository, number)
);

CREATE INDEX run_repository ON run (repository, id);
CREATE INDEX run_status ON run (status, id);
CREATE INDEX run_ref ON run (ref, id);
CREATE INDEX run_sha ON run (sha);

-- Every event about a ref, and what was made of it.
CREATE TABLE ref_decision (
  id ${identity},
  repository TEXT NOT NULL,
  ref TEXT NOT NULL,
  sha TEXT,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  run BIGINT,
  asked_by TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX ref_decision_repository ON ref_decision (repository, id);

CREATE TABLE repository_schedule (
  repository TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  PRIMARY KEY (repository, cron, timezone)
);
