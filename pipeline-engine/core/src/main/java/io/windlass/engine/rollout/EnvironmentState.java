package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentRequest;
import java.util.Optional;

/**
 * One environment.
 *
 * @param id which one
 * @param lastRelease the last release number given, 0 for none
 * @param lastRollout the last rollout number given, 0 for none
 * @param newestRun the newest run that ever asked; an older one is never begun
 * @param current the release that is to serve: the last good one
 * @param waiting the newest run's request that has not begun
 * @param rollout under way
 * @param nextReturn a person's return that waits for the rollout under way to go back
 * @param freeze who stopped new deployments
 * @param degraded why the environment is not as {@code current} says
 * @param scalingProblem why the last scaling policy is not in force
 * @param removal a person's wish that nothing be left
 * @param last the rollout that ended last
 * @param told counts what was told to others, which keeps marks in order
 */
public record EnvironmentState(
    EnvironmentId id,
    long lastRelease,
    long lastRollout,
    long newestRun,
    Optional<Release> current,
    Optional<DeploymentRequest> waiting,
    Optional<Rollout> rollout,
    Optional<Release> nextReturn,
    Optional<Freeze> freeze,
    Optional<String> degraded,
    Optional<String> scalingProblem,
    Optional<Removal> removal,
    Optional<EndedRollout> last,
    long told) {
  static EnvironmentState of(EnvironmentId id) {
    return new EnvironmentState(
        id,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  EnvironmentState asked(DeploymentRequest request) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        request.run().number(),
        current,
        Optional.of(request),
        rollout,
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState nothingWaiting() {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        Optional.empty(),
        rollout,
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState begun(Rollout begun) {
    return new EnvironmentState(
        id,
        lastRelease,
        begun.id(),
        newestRun,
        current,
        waiting,
        Optional.of(begun),
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState moved(Rollout moved) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        Optional.of(moved),
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState numbered(Rollout numbered) {
    return new EnvironmentState(
        id,
        lastRelease + 1,
        lastRollout,
        newestRun,
        current,
        waiting,
        Optional.of(numbered),
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState ended(EndedRollout ended) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        Optional.empty(),
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        Optional.of(ended),
        told);
  }

  EnvironmentState serving(Release release) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        Optional.of(release),
        waiting,
        rollout,
        nextReturn,
        freeze,
        Optional.empty(),
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState returningNext(Optional<Release> release) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        release,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState frozen(Optional<Freeze> by) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        nextReturn,
        by,
        degraded,
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState degraded(String why) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        nextReturn,
        freeze,
        Optional.of(why),
        scalingProblem,
        removal,
        last,
        told);
  }

  EnvironmentState scaled(Optional<String> problem) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        nextReturn,
        freeze,
        degraded,
        problem,
        removal,
        last,
        told);
  }

  EnvironmentState removing(Optional<Removal> wish) {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        wish,
        last,
        told);
  }

  /** Nothing serves, and nothing is to. */
  EnvironmentState removed() {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        Optional.empty(),
        waiting,
        rollout,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        removal.map(wish -> wish.at(Removal.Stage.DONE)),
        last,
        told);
  }

  EnvironmentState toldOnce() {
    return new EnvironmentState(
        id,
        lastRelease,
        lastRollout,
        newestRun,
        current,
        waiting,
        rollout,
        nextReturn,
        freeze,
        degraded,
        scalingProblem,
        removal,
        last,
        told + 1);
  }
}
