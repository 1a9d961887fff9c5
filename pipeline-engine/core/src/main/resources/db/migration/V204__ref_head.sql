-- What each ref named when it was last decided or seen; a ref that is gone has no row.
CREATE TABLE ref_head (
  repository TEXT NOT NULL,
  ref TEXT NOT NULL,
  sha TEXT NOT NULL,
  decided INTEGER NOT NULL,
  version BIGINT NOT NULL,
  run BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (repository, ref)
);

CREATE INDEX ref_head_moved ON ref_head (repository, at);
