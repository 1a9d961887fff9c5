package io.windlass.engine.rollout;

import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A move from one release to another, under way.
 *
 * @param id counts the environment's rollouts; answers that belong to an earlier one are late
 * @param request the run that asked, empty for a return to an older release by a person
 * @param release where it goes; empty until its secrets are pinned
 * @param from what serves, and what to return to; empty for the first release ever
 * @param phase what is being waited for
 * @param deadline how long the move may take from its first shift
 * @param failure why it returns
 * @param doubt why the release to return to could not be checked
 * @param obstacle what the move waits for that is none of the release's doing
 */
public record Rollout(
    long id,
    Optional<DeploymentRequest> request,
    Optional<Release> release,
    Optional<Release> from,
    Phase phase,
    Instant startedAt,
    Duration deadline,
    Optional<Failure> failure,
    Optional<String> doubt,
    Optional<String> obstacle) {
  /** What stood in the way of a phase is none of the next one's. */
  Rollout at(Phase next) {
    return new Rollout(
        id, request, release, from, next, startedAt, deadline, failure, doubt, Optional.empty());
  }

  Rollout of(Release made) {
    return new Rollout(
        id, request, Optional.of(made), from, phase, startedAt, deadline, failure, doubt, obstacle);
  }

  Rollout failing(Failure why) {
    return new Rollout(
        id, request, release, from, phase, startedAt, deadline, Optional.of(why), doubt, obstacle);
  }

  Rollout doubting(Optional<String> why) {
    return new Rollout(
        id, request, release, from, phase, startedAt, deadline, failure, why, obstacle);
  }

  Rollout obstructed(Optional<String> by) {
    return new Rollout(id, request, release, from, phase, startedAt, deadline, failure, doubt, by);
  }

  /** Whether a person asked for it, to go back to a release that was there before. */
  boolean manual() {
    return request.isEmpty();
  }
}
