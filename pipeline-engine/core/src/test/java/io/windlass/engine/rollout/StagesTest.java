package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.StoredForm;
import io.windlass.engine.journal.Timer;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.pipeline.Check;
import io.windlass.engine.pipeline.Strategy;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunId;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way of a rollout along its stages, step by step. */
class StagesTest {
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final Duration HOLD = Duration.ofMinutes(5);
  private static final Check ERRORS = check(Check.NoData.HOLD);
  private static final Measured GOOD = measured(0.001);
  private static final Measured BAD = measured(0.2);
  private static final Measured NOTHING = Measured.nothing("nobody comes", Optional.empty());

  private final EnvironmentMachine machine = new EnvironmentMachine(new Links(Optional.empty()));
  private final Map<String, Timer.At> timers = new HashMap<>();
  private final List<EnvironmentEffect> effects = new ArrayList<>();
  private final List<AlertEvent> alerts = new ArrayList<>();
  private boolean answers = true;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private EnvironmentState state = machine.initial(PRODUCTION.toString());

  private static Check check(Check.NoData noData) {
    return new Check(
        new Check.Measure.BuiltIn(Check.Kind.ERROR_RATE, 50),
        "web",
        new Check.Bound.Within(Optional.empty(), Optional.of(0.01)),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        3,
        noData);
  }

  private static Measured measured(double value) {
    return new Measured(
        Optional.of(value), Optional.of(1000.0), Optional.of(0.001), Optional.empty());
  }

  private static Strategy canary(boolean approve, Check... checks) {
    return new Strategy.Canary(
        List.of(
            new Strategy.Stage(Share.percent(10), HOLD, false),
            new Strategy.Stage(Share.percent(50), HOLD, approve)),
        List.of(checks));
  }

  private static Strategy blueGreen(boolean approve, Check... checks) {
    return new Strategy.BlueGreen(HOLD, approve, HOLD, List.of(checks));
  }

  /** Nothing is broken where the machine wants to know, while the target answers. */
  private void hear(EnvironmentEvent event) {
    effects.clear();
    step(event);
    Optional<EnvironmentEffect.Confirm> asked =
        effects.stream()
            .filter(EnvironmentEffect.Confirm.class::isInstance)
            .map(EnvironmentEffect.Confirm.class::cast)
            .findFirst();
    if (answers && asked.isPresent()) {
      effects.remove(asked.get());
      step(new EnvironmentEvent.Confirmed(asked.get().rollout(), asked.get().stage()));
    }
  }

  private void step(EnvironmentEvent event) {
    // As the journal stores it, so that what cannot be stored and read again fails here.
    state = stored(EnvironmentState.class, state);
    Transition<EnvironmentState, EnvironmentEffect> transition =
        machine.on(state, stored(EnvironmentEvent.class, event), now);
    state = transition.state();
    transition.effects().stream().map(Effect::effect).forEach(effects::add);
    transition.tells().stream()
        .filter(tell -> tell.to().kind().equals(AlertMachine.KIND))
        .map(tell -> stored(AlertEvent.class, (AlertEvent) tell.event()))
        .forEach(alerts::add);
    for (Timer timer : transition.timers()) {
      timers.put(timer.name(), (Timer.At) timer);
    }
  }

  private static <T> T stored(Class<T> type, T value) {
    return StoredForm.read(type, StoredForm.write(type, value));
  }

  private void ring(String timer) {
    Timer.At due = timers.get(timer);
    now = due.due();
    hear((EnvironmentEvent) due.event());
  }

  private void request(long run, Strategy strategy) {
    hear(
        new EnvironmentEvent.Requested(
            new DeploymentRequest(
                PRODUCTION,
                new RunId("acme/shop", run),
                "%040x".formatted(run),
                "title",
                Map.of("web", new ImageRef("shop@sha256:" + run, "sha256:" + run)),
                Runtimes.web(Optional.empty()),
                List.of(),
                Map.of(),
                Optional.empty(),
                Duration.ofMinutes(30),
                Optional.of(strategy))));
  }

  private Rollout rollout() {
    return state.rollout().orElseThrow();
  }

  private Phase phase() {
    return rollout().phase();
  }

  private void prepare() {
    long id = rollout().id();
    hear(new EnvironmentEvent.Pinned(id, List.of(), true));
    hear(new EnvironmentEvent.Checked(id, new Verified.Present(), Optional.empty()));
    hear(new EnvironmentEvent.PreparationEnded(id, new Prepared.Ready()));
  }

  /** The stage's division is asked for, and reached. */
  private void reach(int stage) {
    now = now.plusSeconds(1);
    hear(new EnvironmentEvent.Shifted(rollout().id(), false, stage));
    hear(new EnvironmentEvent.Settled(rollout().id(), false, stage));
  }

  private void look(Measured measured) {
    hear(new EnvironmentEvent.Looked(rollout().id(), 0, measured));
  }

  private Division asked() {
    return effects.stream()
        .filter(EnvironmentEffect.Shift.class::isInstance)
        .map(EnvironmentEffect.Shift.class::cast)
        .findFirst()
        .flatMap(EnvironmentEffect.Shift::division)
        .orElseThrow();
  }

  private static Division part(int percent) {
    return new Division.Part(Share.percent(percent));
  }

  /** Release 1 serves; it is the first, so its stages are passed over. */
  @BeforeEach
  void begin() {
    request(1, canary(true, ERRORS));
    prepare();
    assertThat(asked()).isEqualTo(new Division.Replace());
    assertThat(effects).noneMatch(EnvironmentEffect.Look.class::isInstance);
    reach(0);
    assertThat(state.current().orElseThrow().number()).isEqualTo(1);
  }

  @Test
  void aCanaryIsHeldAtEachStageAndThenHasEverything() {
    request(2, canary(false));
    prepare();
    assertThat(asked()).isEqualTo(part(10));
    reach(0);
    assertThat(phase()).isEqualTo(Phase.HOLDING);
    assertThat(effects).hasExactlyElementsOfTypes(EnvironmentEffect.Guard.class);

    ring("hold");
    assertThat(asked()).isEqualTo(part(50));
    reach(1);
    ring("hold");
    assertThat(asked()).isEqualTo(new Division.Replace());
    reach(2);

    assertThat(state.rollout()).isEmpty();
    assertThat(state.current().orElseThrow().number()).isEqualTo(2);
  }

  @Test
  void blueGreenStandsByThenTakesAllRequestsThenIsAlone() {
    request(2, blueGreen(false));
    prepare();
    assertThat(asked()).isEqualTo(new Division.Beside(false));
    reach(0);

    ring("hold");
    assertThat(asked()).isEqualTo(new Division.Beside(true));
    reach(1);
    ring("hold");
    assertThat(asked()).isEqualTo(new Division.Replace());
  }

  @Test
  void whatIsKeptIsLetGoAsSoonAsSomethingNewerWaits() {
    request(2, blueGreen(false));
    prepare();
    reach(0);
    request(3, blueGreen(false));
    assertThat(phase()).as("before the switch").isEqualTo(Phase.HOLDING);

    ring("hold");
    reach(1);

    assertThat(asked()).isEqualTo(new Division.Replace());
    reach(2);
    assertThat(rollout().request().orElseThrow().run().number()).isEqualTo(3);
  }

  @Test
  void somethingNewerEndsTheKeepingThatHasBegun() {
    request(2, blueGreen(false));
    prepare();
    reach(0);
    ring("hold");
    reach(1);
    assertThat(phase()).isEqualTo(Phase.HOLDING);

    request(3, blueGreen(false));

    assertThat(asked()).isEqualTo(new Division.Replace());
  }

  @Test
  void aStageIsHeldUntilItsChecksAreContent() {
    request(2, canary(false, ERRORS));
    prepare();
    assertThat(effects).hasAtLeastOneElementOfType(EnvironmentEffect.Look.class);
    look(GOOD);
    reach(0);

    ring("hold");
    assertThat(phase()).as("seen before the stage was reached").isEqualTo(Phase.HOLDING);

    look(NOTHING);
    assertThat(phase()).as("no data holds").isEqualTo(Phase.HOLDING);
    look(GOOD);
    assertThat(asked()).isEqualTo(part(50));
  }

  @Test
  void aSwitchWithoutATimeToKeepIsStillSeenByItsChecks() {
    request(2, new Strategy.BlueGreen(HOLD, false, Duration.ZERO, List.of(ERRORS)));
    prepare();
    reach(0);
    look(NOTHING);
    ring("hold");
    look(NOTHING);
    assertThat(asked()).isEqualTo(new Division.Beside(true));
    reach(1);

    assertThat(phase()).as("nobody has looked since").isEqualTo(Phase.HOLDING);
    look(BAD);
    assertThat(phase()).isEqualTo(Phase.HOLDING);
    look(GOOD);
    assertThat(asked()).isEqualTo(new Division.Replace());
  }

  @Test
  void whatIsKeptIsNotLetGoBeforeItsChecksHaveSeenIt() {
    request(2, blueGreen(false, ERRORS));
    prepare();
    reach(0);
    request(3, blueGreen(false));
    look(NOTHING);
    ring("hold");
    look(NOTHING);
    reach(1);
    assertThat(phase()).isEqualTo(Phase.HOLDING);

    look(BAD);
    assertThat(phase()).isEqualTo(Phase.HOLDING);
    look(GOOD);

    assertThat(asked()).isEqualTo(new Division.Replace());
  }

  @Test
  void whatWasSeenLongAgoLetsNoStageEnd() {
    request(2, canary(false, ERRORS));
    prepare();
    reach(0);
    look(GOOD);

    now = now.plus(Duration.ofMinutes(20));
    hear(new EnvironmentEvent.HoldOver(rollout().id(), 0));

    assertThat(phase()).as("the server was away").isEqualTo(Phase.HOLDING);
    look(GOOD);
    assertThat(asked()).isEqualTo(part(50));
  }

  @Test
  void aHoldEndsWithItsTimerHoweverFineTheClockIs() {
    request(2, canary(false));
    prepare();
    now = now.plusNanos(1_999_999);
    reach(0);

    // Timers are stored to the millisecond.
    now = timers.get("hold").due().truncatedTo(ChronoUnit.MILLIS);
    hear((EnvironmentEvent) timers.get("hold").event());

    assertThat(asked()).isEqualTo(part(50));
  }

  @Test
  void aHoldThatIsToldToBeOverTooEarlyIsToldAgain() {
    request(2, canary(false));
    prepare();
    reach(0);
    Timer.At first = timers.remove("hold");

    now = first.due().minusMillis(1);
    hear((EnvironmentEvent) first.event());

    assertThat(phase()).isEqualTo(Phase.HOLDING);
    ring("hold");
    assertThat(asked()).isEqualTo(part(50));
  }

  @Test
  void aCheckIsLookedAtAgainAndAgain() {
    request(2, canary(false, ERRORS));
    prepare();
    look(GOOD);

    assertThat(effects).hasExactlyElementsOfTypes(EnvironmentEffect.Look.class);
  }

  @Test
  void aReleaseFoundBadSoManyTimesInARowReturns() {
    request(2, canary(false, ERRORS));
    prepare();
    reach(0);
    look(BAD);
    look(BAD);
    look(GOOD);
    look(BAD);
    look(BAD);
    assertThat(phase()).isEqualTo(Phase.HOLDING);

    look(BAD);

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
    assertThat(asked()).isEqualTo(new Division.Replace());
    hear(new EnvironmentEvent.Shifted(rollout().id(), true, 0));
    hear(new EnvironmentEvent.Settled(rollout().id(), true, 0));
    assertThat(state.last().orElseThrow().outcome()).isEqualTo(DeploymentStage.RETURNED);
    assertThat(state.last().orElseThrow().cause())
        .isEqualTo(
            "error-rate of web was bad 3 times in a row: 20%, more than 1%; release 1 serves again");
  }

  @Test
  void missingDataLetsAStageEndWhereTheFileSaysSo() {
    request(2, canary(false, check(Check.NoData.PASS)));
    prepare();
    reach(0);
    ring("hold");

    look(NOTHING);

    assertThat(asked()).isEqualTo(part(50));
  }

  @Test
  void missingDataIsBadWhereTheFileSaysSoOnceThereShouldBeSome() {
    request(2, canary(false, check(Check.NoData.FAIL)));
    prepare();
    look(NOTHING);
    look(NOTHING);
    look(NOTHING);
    assertThat(phase()).as("nothing has moved yet").isEqualTo(Phase.SHIFTING);
    reach(0);

    look(NOTHING);
    look(NOTHING);
    look(NOTHING);

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @Test
  void missingDataSaysNothingOfWhatGetsNoRequests() {
    request(2, blueGreen(false, check(Check.NoData.FAIL)));
    prepare();
    reach(0);
    for (int i = 0; i < 5; i++) {
      look(NOTHING);
    }
    ring("hold");

    look(NOTHING);

    assertThat(asked()).isEqualTo(new Division.Beside(true));
  }

  @Test
  void aHoldThatLastsBeyondTheRolloutsTimeReturnsAndSaysWhatIsMissing() {
    request(2, canary(false, ERRORS));
    prepare();
    reach(0);
    look(NOTHING);
    ring("hold");

    ring("deadline");

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
    assertThat(rollout().failure().orElseThrow().cause())
        .isEqualTo(
            "its time was over while error-rate of web had no data (nobody comes); \"no-data: pass\" lets such a release through");
  }

  private void gate() {
    request(2, canary(true));
    prepare();
    reach(0);
    ring("hold");
    reach(1);
    ring("hold");
    assertThat(phase()).isEqualTo(Phase.GATED);
  }

  @Test
  void aGateWaitsForAPersonWhoseTimeDoesNotCount() {
    gate();
    Instant until = rollout().walk().until().orElseThrow();
    now = now.plus(Duration.ofHours(3));

    hear(new EnvironmentEvent.TimeOver(rollout().id(), 1));
    assertThat(phase()).isEqualTo(Phase.GATED);
    hear(new EnvironmentEvent.Approved(rollout().id(), 1, "ops"));

    assertThat(asked()).isEqualTo(new Division.Replace());
    assertThat(rollout().walk().until()).contains(until.plus(Duration.ofHours(3)));
    assertThat(rollout().walk().approvals()).containsExactly(new Walk.Approval(2, "ops", now));
    reach(2);
    assertThat(state.last().orElseThrow().cause()).isEqualTo("release 2 is live; approved by ops");
  }

  @Test
  void peopleAreToldOnceThatAGateWaitsForThem() {
    gate();
    hear(new EnvironmentEvent.StillHeld(rollout().id(), 1));

    assertThat(alerts)
        .singleElement()
        .isInstanceOfSatisfying(
            AlertEvent.Gated.class,
            gated -> {
              assertThat(gated.message().environment()).contains("production");
              assertThat(gated.message().cause())
                  .isEqualTo(
                      "release 2 is at 50% and waits for a person to approve it, for 1d at most");
            });
    hear(new EnvironmentEvent.Approved(rollout().id(), 1, "ops"));
    assertThat(alerts).last().isEqualTo(new AlertEvent.Ungated());
  }

  @Test
  void aHoldEndsWithALookAtTheTarget() {
    answers = false;
    request(2, new Strategy.Rolling(HOLD, List.of()));
    prepare();
    reach(0);

    ring("hold");

    assertThat(phase()).isEqualTo(Phase.HOLDING);
    assertThat(effects).hasExactlyElementsOfTypes(EnvironmentEffect.Confirm.class);
    hear(new EnvironmentEvent.Failed(rollout().id(), false, 0, "it crashes", List.of()));
    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @Test
  void aHoldWhoseLookComesBeforeItsTimeByAClockThatWasSetBackIsHeldOn() {
    answers = false;
    request(2, canary(false));
    prepare();
    reach(0);
    Instant over = timers.get("hold").due();
    ring("hold");
    timers.clear();
    now = now.minus(Duration.ofMinutes(1));

    hear(new EnvironmentEvent.Confirmed(rollout().id(), 0));

    assertThat(phase()).isEqualTo(Phase.HOLDING);
    assertThat(timers.get("hold").due()).isEqualTo(over);
  }

  @Test
  void anApprovalIsFollowedByALookAtTheTarget() {
    gate();
    answers = false;

    hear(new EnvironmentEvent.Approved(rollout().id(), 1, "ops"));

    assertThat(effects).hasExactlyElementsOfTypes(EnvironmentEffect.Confirm.class);
    assertThat(alerts).last().isEqualTo(new AlertEvent.Ungated());
    hear(new EnvironmentEvent.Failed(rollout().id(), false, 1, "it crashes", List.of()));
    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @Test
  void whatIsApprovedAndCannotBeLookedAtReturnsWhenItsTimeIsOver() {
    gate();
    answers = false;
    now = now.plus(Duration.ofHours(2));
    hear(new EnvironmentEvent.Approved(rollout().id(), 1, "ops"));
    assertThat(timers.get("deadline").due()).isAfter(now);

    ring("deadline");

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @Test
  void aGateThatNobodyOpensReturns() {
    gate();

    ring("gate");

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
    assertThat(rollout().failure().orElseThrow().cause()).contains("nobody approved it");
  }

  @Test
  void aStageWithoutAHoldCanHaveAGateAndIsGuardedThere() {
    request(2, new Strategy.BlueGreen(Duration.ZERO, true, Duration.ZERO, List.of()));
    prepare();
    reach(0);

    assertThat(phase()).isEqualTo(Phase.GATED);
    assertThat(effects).hasAtLeastOneElementOfType(EnvironmentEffect.Guard.class);
  }

  @Test
  void checksThatTurnBadAtAGateReturn() {
    request(
        2,
        new Strategy.Canary(
            List.of(new Strategy.Stage(Share.percent(10), HOLD, true)), List.of(ERRORS)));
    prepare();
    reach(0);
    ring("hold");
    look(GOOD);
    assertThat(phase()).isEqualTo(Phase.GATED);

    look(BAD);
    look(BAD);
    look(BAD);

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"HOLDING", "GATED"})
  void whatBreaksWhileItIsHeldReturns(Phase where) {
    gateOrHold(where);

    hear(
        new EnvironmentEvent.Failed(
            rollout().id(), false, rollout().walk().stage(), "it crashes", List.of()));

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"HOLDING", "GATED"})
  void aPersonsReturnGivesUpWhatIsHeld(Phase where) {
    var one = state.current().orElseThrow();
    gateOrHold(where);

    hear(new EnvironmentEvent.ReturnWanted(one, "ops", "slow"));

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"HOLDING", "GATED"})
  void aRemovalDoesNotWaitForWhatIsHeld(Phase where) {
    gateOrHold(where);

    hear(new EnvironmentEvent.RemovalWanted("ops", "moved"));

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  private void gateOrHold(Phase where) {
    if (where == Phase.GATED) {
      gate();
    } else {
      request(2, canary(false));
      prepare();
      reach(0);
    }
    assertThat(phase()).isEqualTo(where);
  }

  @Test
  void aGuardIsRelievedWhileTheStageLastsAndNoLonger() {
    gate();
    hear(new EnvironmentEvent.StillHeld(rollout().id(), 1));
    assertThat(effects).hasExactlyElementsOfTypes(EnvironmentEffect.Guard.class);

    hear(new EnvironmentEvent.Approved(rollout().id(), 1, "ops"));
    hear(new EnvironmentEvent.StillHeld(rollout().id(), 1));
    assertThat(effects).isEmpty();
  }

  @Test
  void whatKeepsAHeldStageFromGrowingIsToldOnceAndReturnsNothing() {
    gate();
    long id = rollout().id();

    hear(new EnvironmentEvent.HoldObstructed(id, 1, Optional.of("no node has room")));

    assertThat(phase()).isEqualTo(Phase.GATED);
    assertThat(rollout().obstacle()).contains("no node has room");
    assertThat(effects)
        .singleElement()
        .isInstanceOfSatisfying(
            EnvironmentEffect.Guard.class, guard -> assertThat(guard.obstructed()).isTrue());
    hear(new EnvironmentEvent.HoldObstructed(id, 1, Optional.empty()));
    assertThat(rollout().obstacle()).isEmpty();
    hear(new EnvironmentEvent.HoldObstructed(id, 0, Optional.of("of the stage before")));
    assertThat(rollout().obstacle()).isEmpty();
  }

  @Test
  void anAbortBeforeAnythingMovedEndsIt() {
    request(2, canary(false));

    hear(new EnvironmentEvent.Aborted(rollout().id(), "ops", "wrong one"));

    assertThat(state.rollout()).isEmpty();
    assertThat(state.last().orElseThrow().cause())
        .isEqualTo("ops stopped it: wrong one; nothing moved, release 1 serves");
  }

  @Test
  void anAbortOnTheWayReturns() {
    gate();

    hear(new EnvironmentEvent.Aborted(rollout().id(), "ops", "wrong one"));

    assertThat(phase()).isEqualTo(Phase.RETURN_SHIFTING);
  }

  @Test
  void whatComesTooLateChangesNothing() {
    request(2, canary(true, ERRORS));
    prepare();
    reach(0);
    long id = rollout().id();
    ring("hold");
    look(GOOD);
    reach(1);
    EnvironmentState before = state;

    for (EnvironmentEvent late :
        List.of(
            new EnvironmentEvent.HoldOver(id, 0),
            new EnvironmentEvent.TimeOver(id, 0),
            new EnvironmentEvent.GateExpired(id, 1),
            new EnvironmentEvent.Approved(id, 1, "ops"),
            new EnvironmentEvent.Failed(id, false, 0, "late", List.of()),
            new EnvironmentEvent.Settled(id, false, 1),
            new EnvironmentEvent.Shifted(id, false, 1),
            new EnvironmentEvent.StillHeld(id, 0),
            new EnvironmentEvent.Looked(id - 1, 0, BAD),
            new EnvironmentEvent.Aborted(id - 1, "ops", "late"),
            new EnvironmentEvent.HoldOver(id, 1))) {
      hear(late);
      assertThat(state).as(late.toString()).isEqualTo(before);
      assertThat(effects).as(late.toString()).isEmpty();
    }
  }

  @Test
  void aLookThatEndsWhenTheRolloutReturnsIsTheLast() {
    request(2, canary(false, ERRORS));
    prepare();
    reach(0);
    hear(new EnvironmentEvent.Aborted(rollout().id(), "ops", "wrong one"));

    look(BAD);

    assertThat(effects).isEmpty();
  }

  @Test
  void aRolloutStoredBeforeThereWereStagesGoesOn() {
    request(2, new Strategy.Rolling(Duration.ZERO, List.of()));
    prepare();
    String json = StoredForm.write(EnvironmentState.class, state);
    String older =
        json.replaceAll(",\"strategy\":\\{[^}]*\\}", "")
            .replaceAll(",\"walked\":\\{.*?\"approvals\":\\[\\]\\}", "");
    assertThat(older).doesNotContain("strategy").doesNotContain("walked");

    state = StoredForm.read(EnvironmentState.class, older);
    hear(
        StoredForm.read(
            EnvironmentEvent.class,
            "{\"@type\":\"Shifted\",\"rollout\":%d,\"returning\":false}"
                .formatted(rollout().id())));
    hear(new EnvironmentEvent.Settled(rollout().id(), false, 0));

    assertThat(state.current().orElseThrow().number()).isEqualTo(2);
  }
}
