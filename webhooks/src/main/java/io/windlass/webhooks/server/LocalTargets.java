package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.RolloutTargets;
import java.util.Optional;

/** There is one target, the local keeper: what was ever deployed runs there. */
record LocalTargets(Grants grants, RolloutTarget keeper) implements RolloutTargets {
  @Override
  public Optional<RolloutTarget> of(EnvironmentId environment) {
    return grants.find(environment).map(_ -> keeper);
  }

  @Override
  public Optional<RolloutTarget> whereItRuns(EnvironmentId environment) {
    return Optional.of(keeper);
  }
}
