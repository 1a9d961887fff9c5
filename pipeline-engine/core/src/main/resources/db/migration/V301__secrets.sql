-- An empty environment stands for the whole repository.
CREATE TABLE secret (
  repository TEXT NOT NULL,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  maskable INTEGER NOT NULL,
  set_at BIGINT NOT NULL,
  set_by TEXT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (repository, environment, name, version)
);

-- Outlives its secret, so that a version never names two values.
CREATE TABLE secret_counter (
  repository TEXT NOT NULL,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  last_version BIGINT NOT NULL,
  PRIMARY KEY (repository, environment, name)
);
