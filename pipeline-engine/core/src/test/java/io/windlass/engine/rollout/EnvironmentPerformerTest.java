package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.journal.EffectId;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.MemorySignals;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentPerformerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final ReleaseCommand COMMAND =
      new ReleaseCommand("migrate", Duration.ofMinutes(10));

  private static final FleetId WEB = new FleetId(PRODUCTION.toString(), "web");

  private final Holds holds = new Holds();
  private Instant time = NOW;
  private Runnable atNextLookAtTheClock = () -> {};
  private int heldWhenBound;
  private final MemoryTarget target = new MemoryTarget();
  private Optional<RolloutTarget> granted = Optional.of(target);
  private Optional<RolloutTarget> running = Optional.of(target);
  private final EnvironmentPerformer performer =
      new EnvironmentPerformer(
          new RolloutTargets() {
            @Override
            public Optional<RolloutTarget> of(EnvironmentId environment) {
              return granted;
            }

            @Override
            public Optional<RolloutTarget> whereItRuns(EnvironmentId environment) {
              return running;
            }
          },
          (environment, name) -> Optional.empty(),
          (environment, scaling, max) -> {
            heldWhenBound = holds.active(WEB, NOW).size();
            return Optional.empty();
          },
          release -> Optional.empty(),
          holds,
          new MemorySignals(),
          () -> {
            Runnable first = atNextLookAtTheClock;
            atNextLookAtTheClock = () -> {};
            first.run();
            return time;
          },
          Duration.ofMillis(1));

  private static Release release(long number) {
    var image = new ImageRef("shop@sha256:" + number, "sha256:" + number);
    return new Release(
        new ReleaseId(PRODUCTION, number),
        "%040x".formatted(number),
        Map.of("web", image),
        Runtimes.web(Optional.of(COMMAND)),
        NOW);
  }

  @Test
  void aCommandIsAskedAfterWhereItRunsWhateverTheOperatorGrantsNow() throws Exception {
    granted = Optional.empty();

    Optional<EnvironmentEvent> answer =
        performer.perform(
            new EffectId("test", EnvironmentMachine.subject(PRODUCTION), 1, 0),
            new EnvironmentEffect.RunCommand(1, release(1), COMMAND));

    assertThat(answer.orElseThrow())
        .isInstanceOfSatisfying(
            EnvironmentEvent.CommandEnded.class,
            ended -> assertThat(ended.result()).isInstanceOf(StepResult.Exited.class));
  }

  @Test
  void aFleetIsHeldBeforeThePolicyOfWhatRollsOutIsBound() throws Exception {
    performer.perform(
        new EffectId("test", EnvironmentMachine.subject(PRODUCTION), 1, 0),
        new EnvironmentEffect.ApplyScaling(
            PRODUCTION, Map.of("web", Scaling.fixed(1)), Optional.empty()));

    assertThat(heldWhenBound).isOne();
  }

  private Optional<EnvironmentEvent> shift(boolean returning) throws Exception {
    return performer.perform(
        new EffectId("test", EnvironmentMachine.subject(PRODUCTION), 1, 0),
        new EnvironmentEffect.Shift(
            1, release(1).id(), returning, Set.of("web"), 0, Optional.of(new Division.Replace())));
  }

  @Test
  void aTargetThatSaysNoIsNotAskedAgain() throws Exception {
    target.prepare(release(1));
    target.refusing(Optional.of("it is forbidden"));
    String reason = "Tried to shift to " + release(1).id() + " but it is forbidden";

    assertThat(shift(true))
        .contains(new EnvironmentEvent.Refused(1, Phase.RETURN_SHIFTING, reason));
    assertThat(shift(false)).contains(new EnvironmentEvent.Refused(1, Phase.SHIFTING, reason));
  }

  @Test
  void aTargetThatIsAwayIsAskedAgain() throws Exception {
    target.prepare(release(1));
    target.away(Optional.of("nobody answers"));

    assertThatThrownBy(() -> shift(true)).hasMessageContaining("nobody answers");
  }

  private Optional<EnvironmentEvent> perform(EnvironmentEffect effect) throws Exception {
    return performer.perform(
        new EffectId("test", EnvironmentMachine.subject(PRODUCTION), 1, 0), effect);
  }

  @Test
  void aRemovalThatIsRefusedIsSaidAtOnce() throws Exception {
    running = Optional.empty();

    assertThat(perform(new EnvironmentEffect.Remove(PRODUCTION)))
        .containsInstanceOf(EnvironmentEvent.RemovalFailed.class);
  }

  private static EnvironmentEffect guard(int stage) {
    return new EnvironmentEffect.Guard(1, stage, release(1).id(), Set.of("web"), false);
  }

  private void shift(int stage, boolean returning) throws Exception {
    perform(
        new EnvironmentEffect.Shift(
            1,
            release(1).id(),
            returning,
            Set.of("web"),
            stage,
            Optional.of(new Division.Replace())));
  }

  @Test
  void aGuardThatIsTriedAgainDoesNotTakeOverFromALaterStage() throws Exception {
    target.prepare(release(1));
    target.breaks(release(1).sha());
    shift(0, false);
    assertThat(perform(guard(0))).containsInstanceOf(EnvironmentEvent.Failed.class);

    shift(1, false);

    assertThat(perform(guard(0))).isEmpty();
    assertThat(perform(guard(1))).containsInstanceOf(EnvironmentEvent.Failed.class);
    shift(0, true);
    assertThat(perform(guard(1))).isEmpty();
  }

  @Test
  void aGuardSaysWhatKeepsAHeldReleaseFromGrowing() throws Exception {
    target.prepare(release(1));
    shift(0, false);
    while (!(target.progress(PRODUCTION, release(1).id()) instanceof RolloutProgress.Settled)) {}
    target.obstructed(Optional.of("the host is full"));
    target.size(PRODUCTION, 2);

    assertThat(perform(guard(0)))
        .contains(new EnvironmentEvent.HoldObstructed(1, 0, Optional.of("the host is full")));
  }

  @Test
  void aGuardThatIsTriedAgainAfterTheEndHoldsNoFleet() throws Exception {
    target.prepare(release(1));
    target.breaks(release(1).sha());
    shift(0, false);
    perform(new EnvironmentEffect.Finish(1, PRODUCTION, Optional.empty(), Set.of("web")));

    assertThat(perform(guard(0))).isEmpty();

    assertThat(holds.active(WEB, NOW)).isEmpty();
  }

  @Test
  void noFleetIsHeldAfterTheEndByAGuardThatWasAboutToHoldIt() throws Exception {
    assertNothingHeldWhenItEndsDuring(guard(0));
  }

  @Test
  void noFleetIsHeldAfterTheEndByAWatchThatWasAboutToHoldIt() throws Exception {
    assertNothingHeldWhenItEndsDuring(watch(false, NOW.plusSeconds(60)));
  }

  /** The end comes in the moment in which the effect reckons until when to hold the fleet. */
  private void assertNothingHeldWhenItEndsDuring(EnvironmentEffect effect) throws Exception {
    target.prepare(release(1));
    target.breaks(release(1).sha());
    shift(0, false);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread end =
        Thread.ofPlatform()
            .unstarted(() -> {
              try {
                perform(
                    new EnvironmentEffect.Finish(1, PRODUCTION, Optional.empty(), Set.of("web")));
              } catch (Exception e) {
                failure.set(e);
              }
            });
    atNextLookAtTheClock =
        () -> {
          end.start();
          while (end.getState() != Thread.State.TERMINATED
              && end.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
          }
        };

    perform(effect);

    end.join();
    assertThat(failure).hasNullValue();
    assertThat(holds.active(WEB, NOW)).isEmpty();
  }

  @Test
  void aTargetThatIsAwayForAnHourEndsNoCommandAndIsSoonAskedToReturn() {
    var command = new EnvironmentEffect.RunCommand(1, release(1), COMMAND);
    var back =
        new EnvironmentEffect.Shift(
            1, release(1).id(), true, Set.of("web"), 0, Optional.of(new Division.Replace()));

    assertThat(
            performer.retry(command).attempts() * performer.retry(command).most().toSeconds() / 2)
        .as("seconds until a command is given up")
        .isGreaterThan(Duration.ofHours(1).toSeconds());
    assertThat(performer.retry(back).most()).isLessThanOrEqualTo(Duration.ofSeconds(10));
  }

  private static EnvironmentEffect.Watch watch(boolean returning, Instant until) {
    return new EnvironmentEffect.Watch(
        1, release(1).id(), returning, Set.of("web"), until, false, 0, Duration.ofMinutes(10));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWatchWhoseTimeWasOverBeforeTheServerStartedHasItAnew(boolean returning) throws Exception {
    target.prepare(release(1));
    shift(0, returning);

    Optional<EnvironmentEvent> answer = perform(watch(returning, NOW.minus(Duration.ofMinutes(5))));

    assertThat(answer).contains(new EnvironmentEvent.Settled(1, returning, 0));
  }

  @Test
  void aWatchEndsWithItsTimeWhichIsNeverMoreThanAnewFromTheStart() throws Exception {
    target.prepare(release(1));
    target.sticks(release(1).sha());
    shift(0, false);

    time = NOW.plus(Duration.ofMinutes(10));

    assertThat(perform(watch(false, NOW.minus(Duration.ofMinutes(5)))))
        .containsInstanceOf(EnvironmentEvent.Failed.class);
  }

  @Test
  void aTargetThatIsAwayIsWatchedForAMinuteLongerThanTheTime() {
    EnvironmentEffect.Watch watch = watch(false, NOW.plus(Duration.ofMinutes(20)));

    time = watch.until().plusSeconds(59);
    assertThat(performer.retry(watch).attempts()).isGreaterThan(1);

    time = watch.until().plusSeconds(60);
    assertThat(performer.retry(watch).attempts()).isOne();
  }
}
