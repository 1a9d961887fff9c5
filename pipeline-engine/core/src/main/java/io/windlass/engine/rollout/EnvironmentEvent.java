package io.windlass.engine.rollout;

import io.windlass.engine.release.Release;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.StepResult;
import java.util.List;
import java.util.Optional;

/**
 * What an environment hears. The answers of effects carry the number of the rollout that they
 * belong to.
 */
public sealed interface EnvironmentEvent {
  /** A run wants its release to serve here. */
  record Requested(DeploymentRequest request) implements EnvironmentEvent {}

  /** A run takes its request back. */
  record Withdrawn(RunId run, String reason) implements EnvironmentEvent {}

  /** A person wants an older release to serve, and nothing newer until the freeze is lifted. */
  record ReturnWanted(Release release, String who, String why) implements EnvironmentEvent {}

  record Frozen(String who, String why) implements EnvironmentEvent {}

  record Unfrozen(String who) implements EnvironmentEvent {}

  record Pinned(long rollout, List<SecretRef> secrets) implements EnvironmentEvent {}

  /** A secret that the release needs has no value. */
  record Unpinnable(long rollout, String reason) implements EnvironmentEvent {}

  /**
   * What the target says of the release, and of the one to return to.
   *
   * @param doubt why the release to return to may not be there
   */
  record Checked(long rollout, Verified release, Optional<String> doubt)
      implements EnvironmentEvent {}

  record PreparationEnded(long rollout, Prepared result) implements EnvironmentEvent {}

  record CommandEnded(long rollout, StepResult result, List<String> lastLogLines)
      implements EnvironmentEvent {}

  /** The target has taken the wish; it is not fulfilled yet. */
  record Shifted(long rollout, boolean returning) implements EnvironmentEvent {}

  record Settled(long rollout, boolean returning) implements EnvironmentEvent {}

  record Failed(long rollout, boolean returning, String cause, List<String> lastLogLines)
      implements EnvironmentEvent {}

  /** The target could not be reached for longer than we try. */
  record Unreachable(long rollout, Phase phase, String reason) implements EnvironmentEvent {}

  /**
   * The policies were bound, or not.
   *
   * @param problem why the policy is not in force; empty when it is
   */
  record ScalingApplied(Optional<String> problem) implements EnvironmentEvent {}
}
