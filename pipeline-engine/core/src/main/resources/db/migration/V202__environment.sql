CREATE TABLE environment (
  environment TEXT PRIMARY KEY,
  repository TEXT NOT NULL,
  changed BIGINT NOT NULL
);

-- Releases are immutable; only what became of one changes.
CREATE TABLE environment_release (
  environment TEXT NOT NULL,
  number BIGINT NOT NULL,
  sha TEXT NOT NULL,
  run BIGINT,
  body TEXT NOT NULL,
  status TEXT NOT NULL,
  was_live BIGINT NOT NULL,
  cause TEXT,
  created BIGINT NOT NULL,
  PRIMARY KEY (environment, number)
);

CREATE TABLE environment_rollout (
  environment TEXT NOT NULL,
  id BIGINT NOT NULL,
  release BIGINT,
  from_release BIGINT,
  run BIGINT,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL,
  last_log_lines TEXT NOT NULL,
  started BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  PRIMARY KEY (environment, id)
);
