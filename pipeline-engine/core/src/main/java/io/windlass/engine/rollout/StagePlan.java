package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import io.windlass.engine.pipeline.Strategy;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The stages that a rollout goes through, as its strategy says. The last one gives the release
 * everything.
 *
 * @param stages at least one
 * @param checks that are looked at from the first stage to the end
 */
record StagePlan(List<Stage> stages, List<Check> checks) {
  /** Everything at once, replica by replica. */
  static final StagePlan STRAIGHT =
      new StagePlan(
          List.of(new Stage(new Division.Replace(), Duration.ZERO, false, false)), List.of());

  StagePlan {
    stages = List.copyOf(stages);
    checks = List.copyOf(checks);
  }

  /**
   * One division and what it waits for.
   *
   * @param hold how long it is held once it is reached; it then ends when the checks are content
   * @param approve whether it then waits for a person
   * @param yields whether the hold ends early when something newer waits
   */
  record Stage(Division division, Duration hold, boolean approve, boolean yields) {
    /** Whether requests reach the release, so that there is something to measure. */
    boolean served() {
      return !division.requests().equals(Optional.of(Share.NONE));
    }

    /** As in {@code release 5 is ... }. */
    String words() {
      return switch (division) {
        case Division.Replace replace -> "in place";
        case Division.Part(var share) -> "at " + share;
        case Division.Beside(var live) -> live ? "taking all requests" : "standing by";
      };
    }
  }

  static StagePlan of(Strategy strategy) {
    List<Stage> stages = new ArrayList<>();
    switch (strategy) {
      case Strategy.Rolling(var hold, var _) ->
          stages.add(new Stage(new Division.Replace(), hold, false, false));
      case Strategy.Canary(var shares, var _) -> {
        for (Strategy.Stage stage : shares) {
          var part = new Division.Part(stage.weight());
          stages.add(new Stage(part, stage.hold(), stage.approve(), false));
        }
        stages.addAll(STRAIGHT.stages());
      }
      case Strategy.BlueGreen(var hold, var approve, var keep, var _) -> {
        stages.add(new Stage(new Division.Beside(false), hold, approve, false));
        stages.add(new Stage(new Division.Beside(true), keep, false, true));
        stages.addAll(STRAIGHT.stages());
      }
    }
    return new StagePlan(stages, strategy.checks());
  }

  Stage at(int number) {
    return stages.get(number);
  }

  boolean isLast(int number) {
    return number == stages.size() - 1;
  }
}
