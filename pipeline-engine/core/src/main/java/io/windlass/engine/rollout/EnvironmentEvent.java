package io.windlass.engine.rollout;

import io.windlass.engine.release.Release;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.StepResult;
import java.time.Instant;
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

  /**
   * The versions of the secrets that a new release gets.
   *
   * @param serves whether the current release really serves, as its target says
   */
  record Pinned(long rollout, List<SecretRef> secrets, boolean serves)
      implements EnvironmentEvent {}

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
  record Shifted(long rollout, boolean returning, int stage) implements EnvironmentEvent {}

  /**
   * Something that is none of the release's doing stands in the move's way, or no longer.
   *
   * @param until when the move's time is over
   */
  record Obstructed(
      long rollout, boolean returning, int stage, Optional<String> obstacle, Instant until)
      implements EnvironmentEvent {}

  record Settled(long rollout, boolean returning, int stage) implements EnvironmentEvent {}

  /** The release has turned out to be broken, on its way to a stage or while that is held. */
  record Failed(long rollout, boolean returning, int stage, String cause, List<String> lastLogLines)
      implements EnvironmentEvent {}

  /**
   * Something that is none of the release's doing keeps a held stage from what is wanted of it by
   * now, such as a size that is not granted; or no longer.
   */
  record HoldObstructed(long rollout, int stage, Optional<String> obstacle)
      implements EnvironmentEvent {}

  /** What a stage holds has not broken for a while. */
  record StillHeld(long rollout, int stage) implements EnvironmentEvent {}

  /** What a stage holds has been looked at once more, and was not broken. */
  record Confirmed(long rollout, int stage) implements EnvironmentEvent {}

  /** The time that a stage is held has passed. */
  record HoldOver(long rollout, int stage) implements EnvironmentEvent {}

  /** The rollout's time has passed while a stage is held. */
  record TimeOver(long rollout, int stage) implements EnvironmentEvent {}

  /** Nobody has approved a stage in time. */
  record GateExpired(long rollout, int stage) implements EnvironmentEvent {}

  /** A check was looked at. */
  record Looked(long rollout, int index, Measured measured) implements EnvironmentEvent {}

  /** A person lets a rollout go on from the stage that waits for it. */
  record Approved(long rollout, int stage, String who) implements EnvironmentEvent {}

  /** A person wants a rollout to return. */
  record Aborted(long rollout, String who, String why) implements EnvironmentEvent {}

  /** The target could not be reached for longer than we try. */
  record Unreachable(long rollout, Phase phase, String reason) implements EnvironmentEvent {}

  /** The target will not do what this phase asks of it, however often it is asked. */
  record Refused(long rollout, Phase phase, String reason) implements EnvironmentEvent {}

  /** A person wants nothing of the environment to be left at its target. */
  record RemovalWanted(String who, String why) implements EnvironmentEvent {}

  /** Nothing is left. */
  record Removed() implements EnvironmentEvent {}

  /**
   * A release without one before it was taken away.
   *
   * @param serving what the target knew to be there besides, and was asked for again
   */
  record TakenAway(long release, Optional<Long> serving) implements EnvironmentEvent {}

  /** The target could not be reached for longer than we try. */
  record TakeAwayFailed(long release, String reason) implements EnvironmentEvent {}

  /**
   * What was left of releases that serve no more was removed, or not.
   *
   * @param problem why not
   */
  record CleanedUp(Optional<String> problem) implements EnvironmentEvent {}

  /** The target could not be reached for longer than we try. */
  record RemovalFailed(String reason) implements EnvironmentEvent {}

  /**
   * The policies were bound, or not.
   *
   * @param problem why the policy is not in force; empty when it is
   */
  record ScalingApplied(Optional<String> problem) implements EnvironmentEvent {}
}
