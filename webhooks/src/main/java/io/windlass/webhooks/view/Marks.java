package io.windlass.webhooks.view;

import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Phase;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.StepState;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.decision.Input;
import java.util.Optional;

/** The engine's states in the words of the pages. */
public final class Marks {
  private Marks() {}

  public static Mark of(RunSummary.Status status) {
    return switch (status) {
      case RUNNING -> Mark.busy("running");
      case SUCCEEDED -> Mark.good("succeeded");
      case FAILED -> Mark.bad("failed");
      case ERRORED -> Mark.bad("errored");
      case CANCELLED -> Mark.none("cancelled");
      case SUPERSEDED -> Mark.none("superseded");
    };
  }

  public static Mark of(Change.Kind kind) {
    return switch (kind) {
      case ADDED -> Mark.good("new");
      case CHANGED -> Mark.busy("changes");
      case REMOVED -> Mark.bad("goes");
    };
  }

  public static Mark of(StepState.Status status) {
    return switch (status) {
      case PENDING -> Mark.waiting("waiting");
      case RUNNING -> Mark.busy("running");
      case PASSED -> Mark.good("passed");
      case FAILED -> Mark.bad("failed");
      case ERRORED -> Mark.bad("errored");
      case SKIPPED -> Mark.none("skipped");
      case CANCELLED -> Mark.none("cancelled");
    };
  }

  public static Mark of(DeploymentStage stage) {
    return switch (stage) {
      case ASKING -> Mark.busy("asking");
      case REFUSED -> Mark.bad("refused");
      case WAITING -> Mark.waiting("waiting");
      case ROLLING -> Mark.busy("rolling out");
      case LIVE -> Mark.good("live");
      case RETURNED -> Mark.bad("returned");
      case FAILED -> Mark.bad("failed");
      case ERRORED -> Mark.bad("errored");
      case SKIPPED -> Mark.none("skipped");
    };
  }

  public static Mark of(Releases.Listed.Status status) {
    return switch (status) {
      case ROLLING -> Mark.busy("rolling out");
      case LIVE -> Mark.good("live");
      case REPLACED -> Mark.none("replaced");
      case RETURNED -> Mark.bad("returned");
      case FAILED -> Mark.bad("failed");
      case ERRORED -> Mark.bad("errored");
    };
  }

  /** What matters most about an environment, in one word or two. */
  public static Mark of(Environments.View environment) {
    if (environment.degraded().isPresent()) {
      return Mark.bad("degraded");
    }
    Optional<Environments.Under> rollout = environment.rollout();
    if (rollout.filter(waiting -> waiting.phase() == Phase.GATED).isPresent()) {
      return Mark.waiting("waits for approval");
    }
    if (rollout.isPresent()) {
      return rollout.get().phase().returning() || rollout.get().failure().isPresent()
          ? Mark.bad("returning")
          : Mark.busy("rolling out");
    }
    if (environment.freeze().isPresent()) {
      return Mark.waiting("frozen");
    }
    return environment.current().isPresent() ? Mark.good("serving") : Mark.none("nothing deployed");
  }

  /** What a rollout waits for. */
  public static String of(Phase phase) {
    return switch (phase) {
      case PINNING -> "looking up the secrets";
      case VERIFYING -> "checking that its image is there";
      case PREPARING -> "preparing its image";
      case COMMAND -> "running the release command";
      case SHIFTING -> "asking for its replicas";
      case WATCHING -> "waiting until its replicas are ready and the old ones are drained";
      case HOLDING -> "holding it so while it is looked at";
      case GATED -> "waiting for a person to approve it";
      case RETURN_SHIFTING -> "going back to the release before";
      case RETURN_WATCHING -> "waiting until the release before serves alone again";
    };
  }

  /** What a check says of a release; empty before it was looked at. */
  public static Mark check(Optional<io.windlass.engine.rollout.Verdict> verdict) {
    return verdict
        .map(known ->
            switch (known) {
              case PASS -> Mark.good("good");
              case FAIL -> Mark.bad("bad");
              case NO_DATA -> Mark.waiting("no data");
            })
        .orElse(Mark.none("not yet"));
  }

  public static Mark of(Verdict verdict) {
    return switch (verdict) {
      case RUN -> Mark.good("run");
      case FILTERED -> Mark.none("filtered");
      case NO_FILE -> Mark.none("no file");
      case DUPLICATE -> Mark.none("duplicate");
      case LATE -> Mark.none("late");
      case VANISHED -> Mark.none("vanished");
      case REFUSED -> Mark.bad("refused");
      case DELETED -> Mark.none("deleted");
    };
  }

  public static Mark of(LoggedDecision.Outcome outcome) {
    return switch (outcome) {
      case UNCHANGED -> Mark.none("unchanged");
      case RESIZING -> Mark.busy("resizing");
      case RESIZED -> Mark.good("resized");
      case FAILED -> Mark.bad("failed");
      case OBSERVED -> Mark.none("observed only");
    };
  }

  public static Mark of(Input.Health health) {
    return switch (health) {
      case WHOLE -> Mark.good("whole");
      case PARTIAL -> Mark.waiting("partial");
      case STALE -> Mark.bad("stale");
      case MISSING -> Mark.bad("missing");
    };
  }

  /** A delivery's fate, which is a word already. */
  public static Mark fate(String word) {
    return switch (word) {
      case "accepted", "answered" -> Mark.good(word);
      case "malformed" -> Mark.bad(word);
      default -> Mark.none(word);
    };
  }
}
