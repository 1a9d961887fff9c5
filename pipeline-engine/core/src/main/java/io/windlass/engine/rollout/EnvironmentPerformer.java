package io.windlass.engine.rollout;

import com.google.common.collect.Comparators;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.signal.SignalSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does what environments ask for, at their targets. Tells the scaler not to shrink fleets while a
 * rollout moves them.
 */
public final class EnvironmentPerformer implements Performer<EnvironmentEffect, EnvironmentEvent> {
  /**
   * Longer than a restart of the server takes, so that a rollout that is taken up again finds its
   * hold; then it ends by itself.
   */
  private static final Duration HOLD = Duration.ofMinutes(2);

  /**
   * Looks in a row that must say the same before it is told: room on a host comes and goes with
   * every allocation.
   */
  private static final int STEADY = 4;

  /** Well within {@link #HOLD}, which each guard renews once. */
  private static final Duration GUARD = Duration.ofSeconds(30);

  /** What is held is looked at so much more rarely than what moves. */
  private static final int HELD_LOOKS = 4;

  /** How much longer than its time a watch may try to reach its target. */
  private static final Duration UNREACHABLE = Duration.ofMinutes(1);

  private static final int MOST_WAITING = 10_000;

  private static final Retry WATCH =
      new Retry(10_000, Duration.ofMillis(250), Duration.ofSeconds(10));

  /** About a minute, then the environment says so and has it asked again. */
  private static final Retry RETURN = new Retry(12, Duration.ofMillis(250), Duration.ofSeconds(10));

  /** How far an environment is: at a stage of a rollout, on the way back from it, or at its end. */
  private record Reach(long rollout, int stage) {
    static Reach back(long rollout) {
      return new Reach(rollout, Integer.MAX_VALUE - 1);
    }

    static Reach end(long rollout) {
      return new Reach(rollout, Integer.MAX_VALUE);
    }

    Reach further(@Nullable Reach other) {
      if (other == null) {
        return this;
      }
      return Comparator.comparingLong(Reach::rollout)
                  .thenComparingInt(Reach::stage)
                  .compare(this, other)
              < 0
          ? other
          : this;
    }
  }

  private final RolloutTargets targets;
  private final SecretVersions secrets;
  private final ScalingBinder scaling;
  private final Function<ReleaseId, Optional<Policies>> lastPolicies;
  private final Holds holds;
  private final Gauge gauge;

  /**
   * The newest that was asked for in each environment; a guard of less is over. The scaler's holds
   * are taken and released under its locks, so that none is taken for what has ended.
   */
  private final Map<EnvironmentId, Reach> reached = new ConcurrentHashMap<>();

  private final InstantSource clock;
  private final Instant start;
  private final Duration look;

  /**
   * Works with these.
   *
   * @param signals what checks are measured by
   * @param lastPolicies those in force when a release served last; {@link Releases#policies}
   * @param look the time between two looks at a rollout's progress
   */
  public EnvironmentPerformer(
      RolloutTargets targets,
      SecretVersions secrets,
      ScalingBinder scaling,
      Function<ReleaseId, Optional<Policies>> lastPolicies,
      Holds holds,
      SignalSource signals,
      InstantSource clock,
      Duration look) {
    this.targets = targets;
    this.secrets = secrets;
    this.scaling = scaling;
    this.lastPolicies = lastPolicies;
    this.holds = holds;
    this.gauge = new Gauge(signals);
    this.clock = clock;
    this.start = clock.instant();
    this.look = look;
  }

  @Override
  public Optional<EnvironmentEvent> perform(EffectId id, EnvironmentEffect effect)
      throws Exception {
    return switch (effect) {
      case EnvironmentEffect.ApplyScaling(var environment, var policies, var max) ->
          Optional.of(bind(environment, new Policies(policies, max)));
      case EnvironmentEffect.RestoreScaling(var release) -> restore(release);
      case EnvironmentEffect.Pin pin -> Optional.of(pin(pin));
      case EnvironmentEffect.Verify(var rollout, var release, var from) ->
          Optional.of(verify(rollout, release, from));
      case EnvironmentEffect.Prepare(var rollout, var release) ->
          Optional.of(
              new EnvironmentEvent.PreparationEnded(
                  rollout, target(release.environment()).prepare(release)));
      case EnvironmentEffect.RunCommand(var rollout, var release, var command) -> {
        CommandResult result =
            whereItRuns(release.environment()).once(release, command, "release-" + id.name());
        yield Optional.of(
            new EnvironmentEvent.CommandEnded(rollout, result.result(), result.lastLogLines()));
      }
      case EnvironmentEffect.Shift shift -> {
        reach(shift.to().environment(), reach(shift.rollout(), shift.returning(), shift.stage()));
        yield Optional.of(shift(shift));
      }
      case EnvironmentEffect.Watch watch -> Optional.of(watch(watch));
      case EnvironmentEffect.Guard guard -> guard(guard);
      case EnvironmentEffect.Confirm(var rollout, var stage, var to) ->
          Optional.of(confirm(rollout, stage, to));
      case EnvironmentEffect.Look(var rollout, var index, var check, var release, var before) ->
          Optional.of(
              new EnvironmentEvent.Looked(
                  rollout, index, gauge.look(check, release, before, clock.instant())));
      case EnvironmentEffect.TakeAway(var release) -> {
        unbind(release.environment());
        yield Optional.of(
            new EnvironmentEvent.TakenAway(
                release.number(),
                whereItRuns(release.environment()).takeAway(release).map(ReleaseId::number)));
      }
      case EnvironmentEffect.Remove(var environment) -> {
        yield Optional.of(removed(environment));
      }
      case EnvironmentEffect.Finish(var rollout, var environment, var old, var processes) -> {
        reached.compute(
            environment,
            (_, now) -> {
              processes.forEach(process ->
                  holds.release(owner(environment), new FleetId(environment.toString(), process)));
              return Reach.end(rollout).further(now);
            });
        if (old.isEmpty()) {
          yield Optional.empty();
        }
        whereItRuns(environment).retire(environment, old.get());
        yield Optional.of(new EnvironmentEvent.CleanedUp(Optional.empty()));
      }
    };
  }

  @Override
  public Optional<EnvironmentEvent> onGivenUp(
      EffectId id, EnvironmentEffect effect, Throwable error) {
    String reason = Objects.requireNonNullElse(error.getMessage(), error.toString());
    return switch (effect) {
      case EnvironmentEffect.ApplyScaling apply ->
          Optional.of(new EnvironmentEvent.ScalingApplied(Optional.of(reason)));
      case EnvironmentEffect.RestoreScaling restore ->
          Optional.of(new EnvironmentEvent.ScalingApplied(Optional.of(reason)));
      case EnvironmentEffect.Pin pin ->
          Optional.of(new EnvironmentEvent.Unreachable(pin.rollout(), Phase.PINNING, reason));
      case EnvironmentEffect.Verify(var rollout, var release, var from) ->
          Optional.of(new EnvironmentEvent.Unreachable(rollout, Phase.VERIFYING, reason));
      case EnvironmentEffect.Prepare(var rollout, var release) ->
          Optional.of(new EnvironmentEvent.Unreachable(rollout, Phase.PREPARING, reason));
      case EnvironmentEffect.RunCommand(var rollout, var release, var command) ->
          Optional.of(
              new EnvironmentEvent.CommandEnded(rollout, new StepResult.Lost(reason), List.of()));
      case EnvironmentEffect.Shift shift ->
          Optional.of(new EnvironmentEvent.Unreachable(shift.rollout(), phase(shift), reason));
      case EnvironmentEffect.Guard guard ->
          Optional.of(new EnvironmentEvent.StillHeld(guard.rollout(), guard.stage()));
      case EnvironmentEffect.Confirm confirm ->
          Optional.of(new EnvironmentEvent.Unreachable(confirm.rollout(), Phase.HOLDING, reason));
      case EnvironmentEffect.Look look ->
          Optional.of(
              new EnvironmentEvent.Looked(
                  look.rollout(), look.index(), Measured.nothing(reason, Optional.empty())));
      case EnvironmentEffect.Watch watch ->
          Optional.of(
              new EnvironmentEvent.Unreachable(
                  watch.rollout(),
                  watch.returning() ? Phase.RETURN_WATCHING : Phase.WATCHING,
                  reason));
      case EnvironmentEffect.TakeAway(var release) ->
          Optional.of(new EnvironmentEvent.TakeAwayFailed(release.number(), reason));
      case EnvironmentEffect.Remove remove ->
          Optional.of(new EnvironmentEvent.RemovalFailed(reason));
      case EnvironmentEffect.Finish _ ->
          Optional.of(new EnvironmentEvent.CleanedUp(Optional.of(reason)));
    };
  }

  @Override
  public Retry retry(EnvironmentEffect effect) {
    return switch (effect) {
      case EnvironmentEffect.Watch watch ->
          isOver(until(watch).plus(UNREACHABLE)) ? Retry.NEVER : WATCH;
      // Bounded by its stage, and by its time.
      case EnvironmentEffect.Guard _, EnvironmentEffect.Confirm _, EnvironmentEffect.RunCommand _ ->
          WATCH;
      case EnvironmentEffect.Shift shift when shift.returning() -> RETURN;
      // The next look is near.
      case EnvironmentEffect.Look _ -> Retry.NEVER;
      case EnvironmentEffect.ApplyScaling _,
          EnvironmentEffect.RestoreScaling _,
          EnvironmentEffect.Pin _,
          EnvironmentEffect.Verify _,
          EnvironmentEffect.Prepare _,
          EnvironmentEffect.Shift _,
          EnvironmentEffect.TakeAway _,
          EnvironmentEffect.Remove _,
          EnvironmentEffect.Finish _ ->
          Retry.STANDARD;
    };
  }

  @Override
  public boolean waits(EnvironmentEffect effect) {
    return effect instanceof EnvironmentEffect.Watch
        || effect instanceof EnvironmentEffect.Guard
        || effect instanceof EnvironmentEffect.RunCommand;
  }

  /** Rollouts wait for as long as people do; one that waits must not keep another from it. */
  @Override
  public int limit(Class<? extends EnvironmentEffect> type) {
    boolean waits = type == EnvironmentEffect.Watch.class || type == EnvironmentEffect.Guard.class;
    return waits ? MOST_WAITING : Performer.super.limit(type);
  }

  private Optional<EnvironmentEvent> restore(ReleaseId release) throws Exception {
    Optional<Policies> last = lastPolicies.apply(release);
    return last.isEmpty() ? Optional.empty() : Optional.of(bind(release.environment(), last.get()));
  }

  /** Held before it is bound: a lower maximum is not to shrink what a rollout is about to move. */
  private EnvironmentEvent bind(EnvironmentId environment, Policies policies) throws Exception {
    hold(environment, policies.scaling().keySet(), "a rollout begins or returns");
    return new EnvironmentEvent.ScalingApplied(
        scaling.bind(environment, policies.scaling(), policies.max()));
  }

  private EnvironmentEvent pin(EnvironmentEffect.Pin pin) throws RolloutException {
    EnvironmentId environment = pin.environment();
    List<SecretRef> pins = new ArrayList<>();
    for (String name : pin.secrets()) {
      Optional<SecretRef> newest = secrets.newest(environment, name);
      if (newest.isEmpty()) {
        return new EnvironmentEvent.Unpinnable(
            pin.rollout(),
            "secret \""
                + name
                + "\" has no value; set it with: windlass secret set "
                + name
                + " --repository "
                + environment.repository()
                + " --environment "
                + environment.name());
      }
      pins.add(newest.get());
    }
    boolean serves = pin.current().isPresent() && serves(pin.current().get());
    return new EnvironmentEvent.Pinned(pin.rollout(), pins, serves);
  }

  /** Replicas may come and go by the scaler's hand: one that is ready is enough. */
  private boolean serves(ReleaseId release) throws RolloutException {
    return switch (target(release.environment()).progress(release.environment(), release)) {
      case RolloutProgress.Settled settled -> true;
      case RolloutProgress.Progressing progressing -> progressing.ready() > 0;
      case RolloutProgress.Failing failing -> false;
    };
  }

  /** What the target does not do until somebody changes something, is said at once. */
  private EnvironmentEvent removed(EnvironmentId environment) throws Exception {
    try {
      unbind(environment);
      whereItRuns(environment).remove(environment);
      return new EnvironmentEvent.Removed();
    } catch (RolloutException e) {
      return switch (e.kind()) {
        case REFUSED -> new EnvironmentEvent.RemovalFailed(String.valueOf(e.getMessage()));
        case UNREACHABLE -> throw e;
      };
    }
  }

  /** Nobody is to size what goes away. */
  private void unbind(EnvironmentId environment) throws Exception {
    scaling.bind(environment, Map.of(), Optional.empty());
  }

  private EnvironmentEvent verify(long rollout, Release release, Optional<Release> from)
      throws RolloutException {
    RolloutTarget target = target(release.environment());
    Verified verified = target.verify(release);
    if (from.isEmpty()) {
      return new EnvironmentEvent.Checked(rollout, verified, Optional.empty());
    }
    return switch (target.verify(from.get())) {
      case Verified.Present present ->
          new EnvironmentEvent.Checked(rollout, verified, Optional.empty());
      case Verified.Missing(var reason) ->
          new EnvironmentEvent.Checked(rollout, verified, Optional.of(reason));
    };
  }

  private Instant until(EnvironmentEffect.Watch watch) {
    return Comparators.max(watch.until(), start.plus(watch.time()));
  }

  private boolean isOver(Instant time) {
    return !clock.instant().isBefore(time);
  }

  private EnvironmentEvent watch(EnvironmentEffect.Watch watch)
      throws RolloutException, InterruptedException {
    RolloutTarget target = whereItRuns(watch.to().environment());
    Reach mine = reach(watch.rollout(), watch.returning(), watch.stage());
    Instant renew = Instant.MIN;
    int otherwise = 0;
    while (true) {
      Instant now = clock.instant();
      if (!now.isBefore(renew)) {
        holdAt(mine, watch.to(), watch.processes());
        renew = now.plus(HOLD.dividedBy(4));
      }
      switch (target.progress(watch.to().environment(), watch.to())) {
        case RolloutProgress.Settled settled -> {
          return new EnvironmentEvent.Settled(watch.rollout(), watch.returning(), watch.stage());
        }
        case RolloutProgress.Failing(var cause, var lines) -> {
          return new EnvironmentEvent.Failed(
              watch.rollout(), watch.returning(), watch.stage(), cause, lines);
        }
        case RolloutProgress.Progressing(var ready, var wanted, var detail, var obstacle) -> {
          otherwise = obstacle.isPresent() == watch.obstructed() ? 0 : otherwise + 1;
          if (otherwise == STEADY) {
            return new EnvironmentEvent.Obstructed(
                watch.rollout(), watch.returning(), watch.stage(), obstacle, watch.until());
          }
          if (!now.isBefore(until(watch))) {
            String cause =
                "its time was over with "
                    + ready
                    + " of "
                    + wanted
                    + " replicas ready"
                    + obstacle
                        .or(() -> Optional.of(detail).filter(text -> !text.isEmpty()))
                        .map(why -> ": " + why)
                        .orElse("");
            return new EnvironmentEvent.Failed(
                watch.rollout(), watch.returning(), watch.stage(), cause, List.of());
          }
        }
      }
      Thread.sleep(look);
    }
  }

  /**
   * Looks at what is held until it breaks, or for {@link #GUARD}, or until something else is asked
   * of the environment: then nobody waits for an answer, and the scaler's holds must not be renewed
   * any more.
   */
  private Optional<EnvironmentEvent> guard(EnvironmentEffect.Guard guard)
      throws RolloutException, InterruptedException {
    EnvironmentId environment = guard.to().environment();
    var mine = new Reach(guard.rollout(), guard.stage());
    // It may be tried again, or for the first time, when a later stage has begun.
    if (!holdAt(mine, guard.to(), guard.processes())) {
      return Optional.empty();
    }
    RolloutTarget target = whereItRuns(environment);
    Instant end = clock.instant().plus(GUARD);
    int otherwise = 0;
    while (mine.equals(reached.get(environment))) {
      Optional<String> obstacle = Optional.empty();
      switch (target.progress(environment, guard.to())) {
        case RolloutProgress.Failing(var cause, var lines) -> {
          return Optional.of(
              new EnvironmentEvent.Failed(guard.rollout(), false, guard.stage(), cause, lines));
        }
        case RolloutProgress.Progressing progressing -> obstacle = progressing.obstacle();
        case RolloutProgress.Settled _ -> {}
      }
      otherwise = obstacle.isPresent() == guard.obstructed() ? 0 : otherwise + 1;
      if (otherwise == STEADY) {
        return Optional.of(
            new EnvironmentEvent.HoldObstructed(guard.rollout(), guard.stage(), obstacle));
      }
      if (!clock.instant().isBefore(end)) {
        return Optional.of(new EnvironmentEvent.StillHeld(guard.rollout(), guard.stage()));
      }
      Thread.sleep(look.multipliedBy(HELD_LOOKS));
    }
    return Optional.empty();
  }

  private static Reach reach(long rollout, boolean returning, int stage) {
    return returning ? Reach.back(rollout) : new Reach(rollout, stage);
  }

  /** Takes note that so much was asked for. */
  private void reach(EnvironmentId environment, Reach now) {
    reached.merge(environment, now, Reach::further);
  }

  /**
   * Keeps the scaler from shrinking what is looked at, unless the environment has gone on.
   *
   * @return whether it has not
   */
  private boolean holdAt(Reach mine, ReleaseId to, Set<String> processes) {
    return mine.equals(
        reached.compute(
            to.environment(),
            (_, now) -> {
              Reach furthest = mine.further(now);
              if (furthest.equals(mine)) {
                hold(to, processes);
              }
              return furthest;
            }));
  }

  private EnvironmentEvent confirm(long rollout, int stage, ReleaseId to) throws RolloutException {
    EnvironmentId environment = to.environment();
    return switch (whereItRuns(environment).progress(environment, to)) {
      case RolloutProgress.Failing(var cause, var lines) ->
          new EnvironmentEvent.Failed(rollout, false, stage, cause, lines);
      case RolloutProgress.Settled _, RolloutProgress.Progressing _ ->
          new EnvironmentEvent.Confirmed(rollout, stage);
    };
  }

  private EnvironmentEvent shift(EnvironmentEffect.Shift shift) throws RolloutException {
    hold(shift.to(), shift.processes());
    try {
      whereItRuns(shift.to().environment())
          .shift(
              shift.to().environment(),
              shift.to(),
              shift.division().orElseGet(Division.Replace::new));
    } catch (RolloutException e) {
      return switch (e.kind()) {
        case REFUSED ->
            new EnvironmentEvent.Refused(
                shift.rollout(), phase(shift), String.valueOf(e.getMessage()));
        case UNREACHABLE -> throw e;
      };
    }
    return new EnvironmentEvent.Shifted(shift.rollout(), shift.returning(), shift.stage());
  }

  private static Phase phase(EnvironmentEffect.Shift shift) {
    return shift.returning() ? Phase.RETURN_SHIFTING : Phase.SHIFTING;
  }

  private void hold(ReleaseId to, Set<String> processes) {
    hold(to.environment(), processes, "release " + to.number() + " is rolling out");
  }

  private void hold(EnvironmentId environment, Set<String> processes, String reason) {
    Instant until = clock.instant().plus(HOLD);
    processes.forEach(process ->
        holds.hold(
            new Hold(
                owner(environment), new FleetId(environment.toString(), process), reason, until)));
  }

  private static String owner(EnvironmentId environment) {
    return "rollout " + environment;
  }

  private RolloutTarget target(EnvironmentId environment) throws RolloutException {
    return found(environment, targets.of(environment));
  }

  private RolloutTarget whereItRuns(EnvironmentId environment) throws RolloutException {
    return found(environment, targets.whereItRuns(environment));
  }

  private static RolloutTarget found(EnvironmentId environment, Optional<RolloutTarget> target)
      throws RolloutException {
    return target.orElseThrow(() ->
        RolloutException.refused(
            "Tried to find the target of "
                + environment
                + " but the server's file grants none; add it under repositories"));
  }
}
