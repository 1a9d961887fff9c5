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
    after
        .decided()
        .ifPresent(decision -> RefDecisionTable.add(tx, after.repository(), decision, now));
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
}
