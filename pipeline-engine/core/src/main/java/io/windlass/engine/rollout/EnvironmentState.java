package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentRequest;
import java.util.Optional;
import java.util.function.Consumer;

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
 * @param leftOver why what is left of releases that serve no more is still there
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
    Optional<String> leftOver,
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
        Optional.empty(),
        0);
  }

  EnvironmentState asked(DeploymentRequest request) {
    return with(next -> {
      next.newestRun = request.run().number();
      next.waiting = Optional.of(request);
    });
  }

  EnvironmentState nothingWaiting() {
    return with(next -> next.waiting = Optional.empty());
  }

  EnvironmentState begun(Rollout begun) {
    return with(next -> {
      next.lastRollout = begun.id();
      next.rollout = Optional.of(begun);
    });
  }

  EnvironmentState moved(Rollout moved) {
    return with(next -> next.rollout = Optional.of(moved));
  }

  EnvironmentState numbered(Rollout numbered) {
    return with(next -> {
      next.lastRelease = lastRelease + 1;
      next.rollout = Optional.of(numbered);
    });
  }

  EnvironmentState ended(EndedRollout ended) {
    return with(next -> {
      next.rollout = Optional.empty();
      next.last = Optional.of(ended);
    });
  }

  EnvironmentState serving(Release release) {
    return with(next -> {
      next.current = Optional.of(release);
      next.degraded = Optional.empty();
    });
  }

  EnvironmentState returningNext(Optional<Release> release) {
    return with(next -> next.nextReturn = release);
  }

  EnvironmentState frozen(Optional<Freeze> by) {
    return with(next -> next.freeze = by);
  }

  EnvironmentState degraded(String why) {
    return with(next -> next.degraded = Optional.of(why));
  }

  EnvironmentState scaled(Optional<String> problem) {
    return with(next -> next.scalingProblem = problem);
  }

  EnvironmentState cleaned(Optional<String> problem) {
    return with(next -> next.leftOver = problem);
  }

  EnvironmentState removing(Optional<Removal> wish) {
    return with(next -> next.removal = wish);
  }

  /** Nothing serves, and nothing is to. */
  EnvironmentState removed() {
    return with(next -> {
      next.current = Optional.empty();
      next.nextReturn = Optional.empty();
      next.freeze = Optional.empty();
      next.degraded = Optional.empty();
      next.scalingProblem = Optional.empty();
      next.leftOver = Optional.empty();
      next.removal = removal.map(wish -> wish.at(Removal.Stage.DONE));
    });
  }

  EnvironmentState toldOnce() {
    return with(next -> next.told = told + 1);
  }

  private EnvironmentState with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.state();
  }

  /** The next state while it is made. */
  private static final class Draft {
    private final EnvironmentId id;
    private long lastRelease;
    private long lastRollout;
    private long newestRun;
    private Optional<Release> current;
    private Optional<DeploymentRequest> waiting;
    private Optional<Rollout> rollout;
    private Optional<Release> nextReturn;
    private Optional<Freeze> freeze;
    private Optional<String> degraded;
    private Optional<String> scalingProblem;
    private Optional<String> leftOver;
    private Optional<Removal> removal;
    private Optional<EndedRollout> last;
    private long told;

    Draft(EnvironmentState state) {
      this.id = state.id;
      this.lastRelease = state.lastRelease;
      this.lastRollout = state.lastRollout;
      this.newestRun = state.newestRun;
      this.current = state.current;
      this.waiting = state.waiting;
      this.rollout = state.rollout;
      this.nextReturn = state.nextReturn;
      this.freeze = state.freeze;
      this.degraded = state.degraded;
      this.scalingProblem = state.scalingProblem;
      this.leftOver = state.leftOver;
      this.removal = state.removal;
      this.last = state.last;
      this.told = state.told;
    }

    EnvironmentState state() {
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
          leftOver,
          removal,
          last,
          told);
    }
  }
}
