CREATE TABLE windlass_meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- One row for each subject: its state, and, while it cannot be moved, why.
CREATE TABLE journal_subject (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  state TEXT NOT NULL,
  created BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  PRIMARY KEY (kind, subject)
);

CREATE TABLE journal_parked (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  since BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (kind, subject)
);

-- The timeline. The unique key is what makes an event count once.
CREATE TABLE journal_transition (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event_type TEXT NOT NULL,
  event TEXT NOT NULL,
  state_type TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  PRIMARY KEY (kind, subject, sequence),
  UNIQUE (kind, subject, dedup_key)
);

-- Position is the order in which effects were asked for: the order within a lane.
CREATE TABLE journal_effect (
  position ${identity},
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  idx INTEGER NOT NULL,
  lane TEXT NOT NULL,
  effect_type TEXT NOT NULL,
  effect TEXT NOT NULL,
  status TEXT NOT NULL,
  due BIGINT NOT NULL,
  deadline BIGINT,
  attempts INTEGER NOT NULL,
  error TEXT,
  ended BIGINT,
  UNIQUE (kind, subject, sequence, idx)
);
CREATE INDEX journal_effect_waiting ON journal_effect (position) WHERE status = 'WAITING';

CREATE TABLE journal_timer (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  due BIGINT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (kind, subject, name)
);

-- What parked subjects have been told meanwhile.
CREATE TABLE journal_mail (
  position ${identity},
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  dedup_key TEXT NOT NULL,
  UNIQUE (kind, subject, dedup_key)
);
