-- Up to when each schedule has been looked after, so that a start knows what it missed.
CREATE TABLE schedule_time (
  repository TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (repository, cron, timezone)
);
