package io.windlass.engine.rollout;

import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 * @param walked how far it is in its plan; empty until it moves
 * @param away since when its target cannot be reached, where a return waits for that
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
    Optional<String> obstacle,
    Optional<Walk> walked,
    Optional<Away> away) {
  /**
   * The target cannot be reached.
   *
   * @param alerted whether it has been so for long enough that people were told
   */
  public record Away(Instant since, boolean alerted) {}

  /** What stood in the way of a phase is none of the next one's. */
  Rollout at(Phase next) {
    return new Rollout(
        id,
        request,
        release,
        from,
        next,
        startedAt,
        deadline,
        failure,
        doubt,
        Optional.empty(),
        walked,
        Optional.empty());
  }

  Rollout of(Release made) {
    return new Rollout(
        id,
        request,
        Optional.of(made),
        from,
        phase,
        startedAt,
        deadline,
        failure,
        doubt,
        obstacle,
        walked,
        away);
  }

  Rollout failing(Failure why) {
    return new Rollout(
        id,
        request,
        release,
        from,
        phase,
        startedAt,
        deadline,
        Optional.of(why),
        doubt,
        obstacle,
        walked,
        away);
  }

  Rollout doubting(Optional<String> why) {
    return new Rollout(
        id, request, release, from, phase, startedAt, deadline, failure, why, obstacle, walked,
        away);
  }

  /** By something at a target that can be reached. */
  Rollout obstructed(Optional<String> by) {
    return new Rollout(
        id,
        request,
        release,
        from,
        phase,
        startedAt,
        deadline,
        failure,
        doubt,
        by,
        walked,
        Optional.empty());
  }

  Rollout away(String reason, Away since) {
    return new Rollout(
        id,
        request,
        release,
        from,
        phase,
        startedAt,
        deadline,
        failure,
        doubt,
        Optional.of(reason),
        walked,
        Optional.of(since));
  }

  Rollout walking(Walk next) {
    return new Rollout(
        id,
        request,
        release,
        from,
        phase,
        startedAt,
        deadline,
        failure,
        doubt,
        obstacle,
        Optional.of(next),
        away);
  }

  /**
   * The stages that it goes through. Where nothing ran before there is nothing to compare with and
   * nobody to spare; and who goes back to an older release wants it at once.
   */
  StagePlan plan() {
    return from.flatMap(_ -> request)
        .flatMap(DeploymentRequest::strategy)
        .map(StagePlan::of)
        .orElse(StagePlan.STRAIGHT);
  }

  Walk walk() {
    return walked.orElseGet(() -> Walk.along(plan()));
  }

  StagePlan.Stage stage() {
    return plan().at(walk().stage());
  }

  /** Of both releases: those that one of the two does not have move as well. */
  Set<String> processes() {
    return Stream.of(release, from)
        .flatMap(Optional::stream)
        .flatMap(one -> one.runtime().processes().keySet().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether a person asked for it, to go back to a release that was there before. */
  boolean manual() {
    return request.isEmpty();
  }
}
