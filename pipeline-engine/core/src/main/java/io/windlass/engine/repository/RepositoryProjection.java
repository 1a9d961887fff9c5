package io.windlass.engine.repository;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keeps decisions and schedules where they can be listed. */
public final class RepositoryProjection implements Projection<RepositoryState> {
  @Override
  public void project(
      Tx tx,
      Subject subject,
      Optional<RepositoryState> before,
      RepositoryState after,
      Instant now) {
    after.decided().forEach(decision -> insert(tx, after.repository(), decision, now));
    if (!before.map(RepositoryState::schedules).orElse(List.of()).equals(after.schedules())) {
      tx.handle()
          .execute("DELETE FROM repository_schedule WHERE repository = ?", after.repository());
      after.schedules().stream()
          .distinct()
          .forEach(entry ->
              tx.handle()
                  .execute(
                      "INSERT INTO repository_schedule (repository, cron, timezone) VALUES (?, ?, ?)",
                      after.repository(),
                      entry.cron(),
                      entry.timezone()));
    }
  }

  private static void insert(Tx tx, String repository, Decision decision, Instant now) {
    tx.handle()
        .createUpdate(
            """
            INSERT INTO ref_decision (repository, ref, sha, verdict, reason, run, asked_by, at)
            VALUES (:repository, :ref, :sha, :verdict, :reason, :run, :askedBy, :at)
            """)
        .bind("repository", repository)
        .bind("ref", decision.ref())
        .bind("sha", decision.sha().orElse(null))
        .bind("verdict", decision.verdict().name())
        .bind("reason", decision.reason())
        .bind("run", decision.run().orElse(null))
        .bind("askedBy", decision.cause())
        .bind("at", now)
        .execute();
  }
}
