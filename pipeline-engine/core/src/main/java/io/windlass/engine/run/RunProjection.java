package io.windlass.engine.run;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tx;
import java.time.Instant;
import java.util.Optional;

/** Keeps the list of runs in step with their machines. */
public final class RunProjection implements Projection<RunState> {
  @Override
  public void project(
      Tx tx, Subject subject, Optional<RunState> before, RunState after, Instant now) {
    if (after.trigger().isEmpty() || before.filter(old -> sameRow(old, after)).isPresent()) {
      return;
    }
    RunTrigger trigger = after.trigger().get();
    tx.handle()
        .createUpdate(
            """
            INSERT INTO run (repository, number, kind, ref, sha, title, author, pull_request, asked_by, status, cause, created, ended)
            VALUES (:repository, :number, :kind, :ref, :sha, :title, :author, :pullRequest, :askedBy, :status, :cause, :created, :ended)
            ON CONFLICT (repository, number) DO UPDATE SET status = excluded.status, cause = excluded.cause, ended = excluded.ended
            """)
        .bind("repository", after.id().repository())
        .bind("number", after.id().number())
        .bind("kind", trigger.kind().name())
        .bind("ref", trigger.ref())
        .bind("sha", trigger.sha())
        .bind("title", trigger.title())
        .bind("author", trigger.author())
        .bind("pullRequest", trigger.pullRequest().orElse(null))
        .bind("askedBy", trigger.cause())
        .bind("status", RunSummary.Status.of(after).name())
        .bind("cause", after.cause().orElse(null))
        .bind("created", after.createdAt().orElse(now))
        .bind("ended", after.endedAt().orElse(null))
        .execute();
  }

  private static boolean sameRow(RunState old, RunState after) {
    return old.trigger().isPresent() && old.outcome().equals(after.outcome());
  }
}
