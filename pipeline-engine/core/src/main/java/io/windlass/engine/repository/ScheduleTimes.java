package io.windlass.engine.repository;

import io.windlass.engine.journal.Database;
import io.windlass.engine.repository.Repositories.Scheduled;
import java.time.Instant;
import java.util.Optional;

/** Up to when each schedule has been looked after, kept over restarts. */
public final class ScheduleTimes {
  private final Database database;

  public ScheduleTimes(Database database) {
    this.database = database;
  }

  /** Up to when; empty for a schedule that is new. */
  public Optional<Instant> until(Scheduled schedule) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT at FROM schedule_time WHERE repository = :repository AND cron = :cron AND timezone = :timezone")
            .bind("repository", schedule.repository())
            .bind("cron", schedule.entry().cron())
            .bind("timezone", schedule.entry().timezone())
            .mapTo(Long.class)
            .findOne()
            .map(Instant::ofEpochMilli));
  }

  /** All that was due until then has been seen to. */
  public void seenTo(Scheduled schedule, Instant until) {
    database.run(tx ->
        tx.handle()
            .execute(
                "INSERT INTO schedule_time (repository, cron, timezone, at) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT (repository, cron, timezone) DO UPDATE SET at = excluded.at",
                schedule.repository(),
                schedule.entry().cron(),
                schedule.entry().timezone(),
                until.toEpochMilli()));
  }

  /** The schedule is no more; one of the same words is new. */
  public void forget(Scheduled schedule) {
    database.run(tx ->
        tx.handle()
            .execute(
                "DELETE FROM schedule_time WHERE repository = ? AND cron = ? AND timezone = ?",
                schedule.repository(),
                schedule.entry().cron(),
                schedule.entry().timezone()));
  }
}
