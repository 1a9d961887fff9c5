package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import java.util.Optional;

/** Which target an environment deploys to. */
@FunctionalInterface
public interface RolloutTargets {
  /**
   * By the operator's file as it is now. Empty where that grants the environment no target: nothing
   * new is brought there.
   */
  Optional<RolloutTarget> of(EnvironmentId environment);

  /**
   * Where what was brought before runs, granted still or not: what has begun is ended properly, and
   * what serves can be taken away.
   */
  default Optional<RolloutTarget> whereItRuns(EnvironmentId environment) {
    return of(environment);
  }
}
