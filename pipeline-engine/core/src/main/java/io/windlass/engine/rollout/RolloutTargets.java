package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import java.util.Optional;

/** Which target an environment deploys to, by the operator's file as it is now. */
@FunctionalInterface
public interface RolloutTargets {
  /** Empty where the operator's file grants the environment no target. */
  Optional<RolloutTarget> of(EnvironmentId environment);
}
