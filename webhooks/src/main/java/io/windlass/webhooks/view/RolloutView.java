package io.windlass.webhooks.view;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Phase;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How far a rollout has come, as a list that is read from top to bottom. */
public final class RolloutView {
  private static final List<Phase> FORWARD =
      List.of(
          Phase.PINNING,
          Phase.VERIFYING,
          Phase.PREPARING,
          Phase.COMMAND,
          Phase.SHIFTING,
          Phase.WATCHING);
  private static final List<Phase> BACK = List.of(Phase.RETURN_SHIFTING, Phase.RETURN_WATCHING);

  private RolloutView() {}

  /**
   * One phase of a rollout.
   *
   * @param look {@code done}, {@code now} or {@code next}
   * @param word the same for those who do not see it
   */
  public record Stage(String name, String look, String word) {
    /** Whether this is what is being waited for. */
    public boolean now() {
      return look.equals("now");
    }
  }

  /** The phases of the way that the rollout is on: forward, or back. */
  public static List<Stage> phases(Environments.Under rollout) {
    List<Phase> way = new ArrayList<>(rollout.phase().returning() ? BACK : FORWARD);
    if (rollout.phase().held()) {
      way.add(rollout.phase());
    }
    return way.stream().map(phase -> stage(phase, rollout.phase())).toList();
  }

  /** The share of the requests that the release gets, as {@code 10%}. */
  public static String requests(Environments.Staged staged) {
    return staged
        .requests()
        .map(share -> new Share(share) + " of the requests")
        .orElse("requests go to whichever replica is ready");
  }

  /** How long it is until then, as {@code 4m12s left}; empty where that is no time. */
  public static Optional<String> left(Optional<Instant> until, Instant now) {
    return until
        .map(end -> Duration.between(now, end))
        .map(
            left -> left.isPositive() ? Words.length(left.truncatedTo(SECONDS)) + " left" : "over");
  }

  private static Stage stage(Phase phase, Phase at) {
    String name = phase == Phase.COMMAND ? "running the release command, if any" : Marks.of(phase);
    if (phase == at) {
      return new Stage(name, "now", "under way");
    }
    return phase.compareTo(at) < 0
        ? new Stage(name, "done", "done")
        : new Stage(name, "next", "to come");
  }
}
