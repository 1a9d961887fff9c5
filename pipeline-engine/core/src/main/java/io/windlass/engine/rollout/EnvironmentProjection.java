package io.windlass.engine.rollout;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.StoredForm;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tx;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseJson;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunId;
import java.time.Instant;
import java.util.Optional;

/** Keeps environments, releases and rollouts where they can be listed. */
public final class EnvironmentProjection implements Projection<EnvironmentState> {
  @Override
  public void project(
      Tx tx,
      Subject subject,
      Optional<EnvironmentState> before,
      EnvironmentState after,
      Instant now) {
    tx.handle()
        .execute(
            "INSERT INTO environment (environment, repository, changed) VALUES (?, ?, ?) ON CONFLICT (environment) DO UPDATE SET changed = excluded.changed",
            subject.key(),
            after.id().repository(),
            now);
    if (removed(after) && !before.map(EnvironmentProjection::removed).orElse(false)) {
      gone(tx, subject.key());
    }
    if (before.map(EnvironmentState::lastRelease).orElse(0L) < after.lastRelease()) {
      after
          .rollout()
          .ifPresent(rollout -> rollout.release().ifPresent(release -> made(tx, release, rollout)));
    }
    Optional<EndedRollout> last = after.last();
    if (last.isPresent() && !before.flatMap(EnvironmentState::last).equals(last)) {
      ended(tx, subject.key(), last.get());
      if (last.get().outcome() == DeploymentStage.LIVE) {
        before
            .flatMap(EnvironmentState::rollout)
            .flatMap(Rollout::request)
            .ifPresent(request -> inForce(tx, subject.key(), last.get(), request));
      }
    }
  }

  private static boolean removed(EnvironmentState state) {
    return state.removal().filter(wish -> !wish.pending()).isPresent();
  }

  /** Its history stays; nothing is listed or kept for it any more. */
  private static void gone(Tx tx, String environment) {
    tx.handle()
        .execute(
            "UPDATE environment_release SET status = 'REPLACED' WHERE environment = ? AND status = 'LIVE'",
            environment);
    tx.handle().execute("DELETE FROM environment WHERE environment = ?", environment);
  }

  private static void made(Tx tx, Release release, Rollout rollout) {
    tx.handle()
        .createUpdate(
            """
            INSERT INTO environment_release (environment, number, sha, run, body, status, was_live, created)
            VALUES (:environment, :number, :sha, :run, :body, 'ROLLING', 0, :created)
            """)
        .bind("environment", release.environment().toString())
        .bind("number", release.number())
        .bind("sha", release.sha())
        .bind("run", rollout.request().map(request -> request.run().number()).orElse(null))
        .bind("body", ReleaseJson.write(release))
        .bind("created", release.createdAt())
        .execute();
  }

  private static void ended(Tx tx, String environment, EndedRollout ended) {
    tx.handle()
        .createUpdate(
            """
            INSERT INTO environment_rollout (environment, id, release, from_release, run, outcome, cause, last_log_lines, started, ended)
            VALUES (:environment, :id, :release, :from, :run, :outcome, :cause, :lines, :started, :ended)
            """)
        .bind("environment", environment)
        .bind("id", ended.id())
        .bind("release", ended.release().orElse(null))
        .bind("from", ended.from().orElse(null))
        .bind("run", ended.run().map(RunId::number).orElse(null))
        .bind("outcome", ended.outcome().name())
        .bind("cause", ended.cause())
        .bind("lines", String.join("\n", ended.lastLogLines()))
        .bind("started", ended.startedAt())
        .bind("ended", ended.endedAt())
        .execute();
    ended.release().ifPresent(number -> becomes(tx, environment, number, ended));
  }

  private static void inForce(
      Tx tx, String environment, EndedRollout ended, DeploymentRequest request) {
    ended
        .release()
        .ifPresent(number ->
            tx.handle()
                .execute(
                    "UPDATE environment_release SET policies = ? WHERE environment = ? AND number = ?",
                    StoredForm.write(
                        Policies.class, new Policies(request.scaling(), request.max())),
                    environment,
                    number));
  }

  private static void becomes(Tx tx, String environment, long number, EndedRollout ended) {
    boolean live = ended.outcome() == DeploymentStage.LIVE;
    if (live) {
      tx.handle()
          .execute(
              "UPDATE environment_release SET status = 'REPLACED' WHERE environment = ? AND status = 'LIVE' AND number <> ?",
              environment,
              number);
    }
    tx.handle()
        .execute(
            "UPDATE environment_release SET status = ?, was_live = CASE WHEN ? = 1 THEN 1 ELSE was_live END, cause = ? WHERE environment = ? AND number = ?",
            ended.outcome().name(),
            live ? 1L : 0L,
            live ? null : ended.cause(),
            environment,
            number);
  }
}
