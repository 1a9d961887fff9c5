package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private final EnvironmentMachine machine = new EnvironmentMachine(new Links(Optional.empty()));
  private EnvironmentState state = machine.initial(PRODUCTION.toString());
  private final List<String> told = new ArrayList<>();
  private final List<AlertEvent> alerts = new ArrayList<>();
  private Optional<ReleaseCommand> command = Optional.empty();
  private Map<String, Scaling> scaling = Map.of();

  private List<EnvironmentEffect> hear(EnvironmentEvent event) {
    return hear(event, NOW);
  }

  private List<EnvironmentEffect> hear(EnvironmentEvent event, Instant now) {
    Transition<EnvironmentState, EnvironmentEffect> transition = machine.on(state, event, now);
    state = transition.state();
    transition.tells().stream().filter(tell -> tell.to().kind().equals("run")).forEach(this::note);
    transition.tells().stream()
        .filter(tell -> tell.to().equals(new Subject(AlertMachine.KIND, PRODUCTION.toString())))
        .forEach(tell -> alerts.add((AlertEvent) tell.event()));
    return transition.effects().stream().map(Effect::effect).toList();
  }

  private void note(Tell tell) {
    var moved = (RunEvent.DeploymentMoved) tell.event();
    told.add(tell.to().key() + " " + moved.stage() + ": " + moved.detail());
  }

  private EnvironmentEvent requested(long run) {
    var image = new ImageRef("shop@sha256:" + run, "sha256:" + run);
    return new EnvironmentEvent.Requested(
        new DeploymentRequest(
            PRODUCTION,
            new RunId("acme/shop", run),
            "%040x".formatted(run),
            "title",
            Map.of("web", image),
            Runtimes.web(command),
            List.of(),
            scaling,
            Optional.empty(),
            Duration.ofMinutes(10),
            Optional.empty()));
  }

  private long rollout() {
    return state.rollout().orElseThrow().id();
  }

  private void prepared() {
    hear(new EnvironmentEvent.Pinned(rollout(), List.of(), true));
    hear(new EnvironmentEvent.Checked(rollout(), new Verified.Present(), Optional.empty()));
    hear(new EnvironmentEvent.PreparationEnded(rollout(), new Prepared.Ready()));
  }

  private void shifted() {
    prepared();
    hear(new EnvironmentEvent.Shifted(rollout(), false, 0));
  }

  private void live(long run) {
    hear(requested(run));
    shifted();
    hear(new EnvironmentEvent.Settled(rollout(), false, 0));
  }

  @Test
  void aPolicyIsInForceOnceItsReleaseIsToServe() {
    scaling = Map.of("web", Scaling.fixed(3));
    hear(requested(1));
    hear(new EnvironmentEvent.Pinned(rollout(), List.of(), true));
    hear(new EnvironmentEvent.Checked(rollout(), new Verified.Present(), Optional.empty()));

    List<EnvironmentEffect> effects =
        hear(new EnvironmentEvent.PreparationEnded(rollout(), new Prepared.Ready()));

    assertThat(effects)
        .hasExactlyElementsOfTypes(
            EnvironmentEffect.ApplyScaling.class, EnvironmentEffect.Shift.class);
  }

  @Test
  void aPolicyOfWhatIsFrozenOrFailsBeforeItMovesChangesNoSize() {
    live(1);
    scaling = Map.of("web", Scaling.fixed(1));
    List<EnvironmentEffect> effects = new ArrayList<>(hear(requested(2)));
    effects.addAll(hear(new EnvironmentEvent.Unpinnable(rollout(), "no such secret")));
    hear(new EnvironmentEvent.Frozen("ada", "an incident"));
    effects.addAll(hear(requested(3)));

    assertThat(effects).noneMatch(EnvironmentEffect.ApplyScaling.class::isInstance);
  }

  @Test
  void aCommitThatChangesNothingButThePolicyBringsThePolicy() {
    live(1);
    scaling = Map.of("web", Scaling.fixed(5));
    var same = ((EnvironmentEvent.Requested) requested(1)).request();
    hear(
        new EnvironmentEvent.Requested(
            new DeploymentRequest(
                PRODUCTION,
                new RunId("acme/shop", 2),
                same.sha(),
                same.title(),
                same.images(),
                same.runtime(),
                same.secrets(),
                scaling,
                Optional.empty(),
                same.deadline(),
                same.strategy())));

    List<EnvironmentEffect> effects = hear(new EnvironmentEvent.Pinned(rollout(), List.of(), true));

    assertThat(effects)
        .hasExactlyElementsOfTypes(
            EnvironmentEffect.ApplyScaling.class, EnvironmentEffect.Finish.class);
  }

  @Test
  void aReleaseGoesLiveAndTheOneBeforeIsRetired() {
    live(1);
    hear(requested(2));
    shifted();

    List<EnvironmentEffect> effects = hear(new EnvironmentEvent.Settled(rollout(), false, 0));

    assertThat(state.current().orElseThrow().number()).isEqualTo(2);
    assertThat(effects)
        .singleElement()
        .isInstanceOfSatisfying(
            EnvironmentEffect.Finish.class,
            finish -> assertThat(finish.old().orElseThrow().number()).isEqualTo(1));
    assertThat(told).endsWith("acme/shop#2 LIVE: release 2 is live");
  }

  @Test
  void anOlderRunNeverLandsOnANewerOne() {
    live(2);

    assertThat(hear(requested(1))).isEmpty();
    assertThat(told).last().asString().startsWith("acme/shop#1 SKIPPED: run #2");
  }

  @Test
  void ofThoseThatWaitOnlyTheNewestIsKeptAndTheOneUnderWayGoesOn() {
    hear(requested(1));
    hear(requested(2));
    hear(requested(3));

    assertThat(state.rollout().orElseThrow().request().orElseThrow().run().number()).isEqualTo(1);
    assertThat(state.waiting().orElseThrow().run().number()).isEqualTo(3);
    assertThat(told).anyMatch(words -> words.startsWith("acme/shop#2 SKIPPED: run #3"));
  }

  @Test
  void whatWaitsBeginsWhenTheRolloutBeforeHasEnded() {
    hear(requested(1));
    hear(requested(2));
    shifted();

    hear(new EnvironmentEvent.Settled(rollout(), false, 0));

    assertThat(state.rollout().orElseThrow().request().orElseThrow().run().number()).isEqualTo(2);
  }

  @Test
  void aMissingImageStopsTheRolloutBeforeAnythingMoved() {
    live(1);
    hear(requested(2));
    hear(new EnvironmentEvent.Pinned(rollout(), List.of(), true));

    hear(
        new EnvironmentEvent.Checked(
            rollout(), new Verified.Missing("image sha256:2 is not there"), Optional.empty()));

    assertThat(told)
        .endsWith(
            "acme/shop#2 FAILED: image sha256:2 is not there; nothing moved, release 1 serves");
    assertThat(state.current().orElseThrow().number()).isEqualTo(1);
  }

  @Test
  void aFailureGoesBackByItselfAndKeepsTheLastLines() {
    live(1);
    hear(requested(2));
    shifted();

    List<EnvironmentEffect> back =
        hear(
            new EnvironmentEvent.Failed(
                rollout(), false, 0, "it crashes", List.of("no such table")));
    hear(new EnvironmentEvent.Shifted(rollout(), true, 0));
    hear(new EnvironmentEvent.Settled(rollout(), true, 0));

    assertThat(back)
        .first()
        .isInstanceOfSatisfying(
            EnvironmentEffect.Shift.class, shift -> assertThat(shift.to().number()).isEqualTo(1));
    assertThat(told).endsWith("acme/shop#2 RETURNED: it crashes; release 1 serves again");
    assertThat(state.last().orElseThrow().lastLogLines()).containsExactly("no such table");
  }

  @Test
  void aReturnBringsThePoliciesOfTheReleaseBackAndLetsNoRequestWaitForThem() {
    live(1);
    var one = state.current().orElseThrow();
    scaling = Map.of("web", Scaling.fixed(1));
    hear(requested(2));
    shifted();

    List<EnvironmentEffect> back =
        hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    List<EnvironmentEffect> then = hear(new EnvironmentEvent.Shifted(rollout(), true, 0));

    assertThat(back).hasExactlyElementsOfTypes(EnvironmentEffect.Shift.class);
    assertThat(then)
        .hasExactlyElementsOfTypes(
            EnvironmentEffect.RestoreScaling.class, EnvironmentEffect.Watch.class)
        .first()
        .isEqualTo(new EnvironmentEffect.RestoreScaling(one.id()));
  }

  @Test
  void aReturnIsAskedForUntilItIsTaken() {
    live(1);
    hear(requested(2));
    shifted();
    List<EnvironmentEffect> first =
        hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    var unreachable =
        new EnvironmentEvent.Unreachable(
            rollout(), Phase.RETURN_SHIFTING, "the cluster does not answer");

    assertThat(hear(unreachable)).isEqualTo(first);
    assertThat(hear(unreachable)).isEqualTo(first);

    assertThat(state.degraded()).isEmpty();
    assertThat(told)
        .containsOnlyOnce("acme/shop#2 ROLLING: release 1 waits: the cluster does not answer");
    told.clear();
    hear(new EnvironmentEvent.Shifted(rollout(), true, 0));
    assertThat(state.rollout().orElseThrow().obstacle()).isEmpty();
    assertThat(told).containsExactly("acme/shop#2 ROLLING: release 1 is rolling out again");
    hear(new EnvironmentEvent.Settled(rollout(), true, 0));
    assertThat(told).endsWith("acme/shop#2 RETURNED: it crashes; release 1 serves again");
  }

  @Test
  void aReturnThatTheTargetRefusesEndsAndLetsTheNextCommitBegin() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    long returning = rollout();
    hear(requested(3));

    List<EnvironmentEffect> effects =
        hear(
            new EnvironmentEvent.Refused(
                returning, Phase.RETURN_SHIFTING, "release 1 was not prepared"));

    String degraded = "release 1 could not be brought back: release 1 was not prepared";
    assertThat(state.degraded()).contains(degraded);
    assertThat(told).contains("acme/shop#2 ERRORED: it crashes; " + degraded);
    assertThat(effects).last().isInstanceOf(EnvironmentEffect.Pin.class);
    shifted();
    hear(new EnvironmentEvent.Settled(rollout(), false, 0));
    assertThat(state.degraded()).isEmpty();
    assertThat(state.current().orElseThrow().number()).isEqualTo(3);
  }

  @Test
  void whatFailsAfterAReturnThatWasRefusedDoesNotSayThatTheOldReleaseServes() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    hear(new EnvironmentEvent.Refused(rollout(), Phase.RETURN_SHIFTING, "it is forbidden"));
    hear(requested(3));

    hear(new EnvironmentEvent.Unpinnable(rollout(), "secret \"KEY\" has no value"));

    assertThat(told).endsWith("acme/shop#3 FAILED: secret \"KEY\" has no value; nothing moved");
  }

  @Test
  void aCommitThatCameDuringALongOutageIsRolledOutAfterTheReturn() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    long returning = rollout();
    hear(requested(3));
    Instant later = NOW.plus(Duration.ofHours(9));

    assertThat(
            hear(
                new EnvironmentEvent.Unreachable(
                    returning, Phase.RETURN_SHIFTING, "the cluster does not answer"),
                later))
        .hasExactlyElementsOfTypes(EnvironmentEffect.Shift.class);
    hear(new EnvironmentEvent.Shifted(returning, true, 0), later);
    assertThat(
            hear(
                new EnvironmentEvent.Unreachable(
                    returning, Phase.RETURN_WATCHING, "the cluster does not answer"),
                later))
        .singleElement()
        .isInstanceOfSatisfying(
            EnvironmentEffect.Watch.class, watch -> assertThat(watch.until()).isAfter(later));
    List<EnvironmentEffect> effects = hear(new EnvironmentEvent.Settled(returning, true, 0), later);

    assertThat(told).contains("acme/shop#2 RETURNED: it crashes; release 1 serves again");
    assertThat(effects).last().isInstanceOf(EnvironmentEffect.Pin.class);
    assertThat(state.rollout().flatMap(Rollout::request).orElseThrow().run().number()).isEqualTo(3);
  }

  @Test
  void aReturnThatIsOutOfReachForFiveMinutesIsToldOnceAndSoIsItsEnd() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    var unreachable =
        new EnvironmentEvent.Unreachable(
            rollout(), Phase.RETURN_SHIFTING, "the cluster does not answer");

    hear(unreachable);
    hear(unreachable, NOW.plus(Duration.ofMinutes(5)).minusMillis(1));
    assertThat(alerts).isEmpty();
    hear(unreachable, NOW.plus(Duration.ofMinutes(5)));
    hear(unreachable, NOW.plus(Duration.ofMinutes(6)));

    assertThat(alerts)
        .singleElement()
        .isInstanceOfSatisfying(
            AlertEvent.Away.class,
            away -> {
              assertThat(away.message().kind()).isEqualTo(AlertEvent.Kind.FAILURE);
              assertThat(away.message().cause())
                  .isEqualTo(
                      "release 1 is to be brought back, and the target cannot be reached since"
                          + " 2026-01-01T00:00:00Z, and is asked again: the cluster does not"
                          + " answer");
            });
    assertThat(state.rollout().flatMap(Rollout::away).map(Rollout.Away::since)).contains(NOW);
    alerts.clear();
    hear(new EnvironmentEvent.Shifted(rollout(), true, 0));
    hear(new EnvironmentEvent.Settled(rollout(), true, 0));
    assertThat(alerts)
        .singleElement()
        .isInstanceOfSatisfying(
            AlertEvent.Back.class,
            back ->
                assertThat(back.message().orElseThrow().kind())
                    .isEqualTo(AlertEvent.Kind.RECOVERY));
  }

  @Test
  void aReturnThatAPersonEndsIsNotToldAsRecovered() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    var unreachable =
        new EnvironmentEvent.Unreachable(
            rollout(), Phase.RETURN_SHIFTING, "the cluster does not answer");
    hear(unreachable);
    hear(unreachable, NOW.plus(Duration.ofMinutes(5)));
    alerts.clear();
    hear(new EnvironmentEvent.RemovalWanted("ops", "nobody needs it"));

    hear(unreachable, NOW.plus(Duration.ofMinutes(6)));

    assertThat(alerts).containsExactly(new AlertEvent.Back(Optional.empty()));
  }

  @Test
  void aPersonWhoWantsSomethingElseEndsAReturnThatReachesNobody() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    long returning = rollout();
    hear(new EnvironmentEvent.RemovalWanted("ops", "nobody needs it"));

    List<EnvironmentEffect> effects =
        hear(
            new EnvironmentEvent.Unreachable(
                returning, Phase.RETURN_SHIFTING, "the cluster does not answer"));

    assertThat(state.rollout()).isEmpty();
    assertThat(effects).last().isInstanceOf(EnvironmentEffect.Remove.class);
  }

  @Test
  void aPersonsReturnSizesTheFleetsOfTheOldReleaseBeforeItMovesToIt() {
    live(1);
    var one = state.current().orElseThrow();
    live(2);
    hear(new EnvironmentEvent.ReturnWanted(one, "ops", "slow"));
    hear(new EnvironmentEvent.Checked(rollout(), new Verified.Present(), Optional.empty()));

    List<EnvironmentEffect> effects =
        hear(new EnvironmentEvent.PreparationEnded(rollout(), new Prepared.Ready()));

    assertThat(effects)
        .hasExactlyElementsOfTypes(
            EnvironmentEffect.RestoreScaling.class, EnvironmentEffect.Shift.class)
        .first()
        .isEqualTo(new EnvironmentEffect.RestoreScaling(one.id()));
  }

  @Test
  void theFirstReleaseEverHasNothingToReturnToAndSaysSo() {
    hear(requested(1));
    shifted();

    List<EnvironmentEffect> effects =
        hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));

    assertThat(effects).first().isInstanceOf(EnvironmentEffect.TakeAway.class);
    assertThat(told).last().asString().contains("FAILED: it crashes; it is taken away");
  }

  @Test
  void whatAFirstReleaseLeftIsSaidWhereItCannotBeTakenAway() {
    hear(requested(1));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));

    hear(new EnvironmentEvent.TakeAwayFailed(1, "nobody answers"));

    assertThat(state.degraded())
        .contains("what release 1 left could not be taken away: nobody answers");
  }

  @Test
  void whatCouldNotBeRemovedIsSaidUntilItIs() {
    live(1);

    hear(new EnvironmentEvent.CleanedUp(Optional.of("forbidden")));
    assertThat(state.leftOver()).contains("forbidden");

    hear(new EnvironmentEvent.CleanedUp(Optional.empty()));
    assertThat(state.leftOver()).isEmpty();
  }

  @Test
  void aReturnThatFailsIsToldAndTheEnvironmentIsDegraded() {
    live(1);
    hear(requested(2));
    shifted();
    hear(new EnvironmentEvent.Failed(rollout(), false, 0, "it crashes", List.of()));
    hear(new EnvironmentEvent.Shifted(rollout(), true, 0));

    hear(new EnvironmentEvent.Failed(rollout(), true, 0, "no memory", List.of()));

    assertThat(state.degraded()).contains("release 1 could not be brought back: no memory");
    assertThat(state.rollout()).isEmpty();
  }

  @Test
  void aReleaseCommandIsRunBeforeAnythingMovesAndItsUnknownEndIsTold() {
    command = Optional.of(new ReleaseCommand("npm run migrate", Duration.ofMinutes(5)));
    hear(requested(1));
    prepared();
    assertThat(state.rollout().orElseThrow().phase()).isEqualTo(Phase.COMMAND);

    List<EnvironmentEffect> effects =
        hear(
            new EnvironmentEvent.CommandEnded(
                rollout(), new StepResult.Lost("the keeper was killed"), List.of()));

    assertThat(effects).noneMatch(EnvironmentEffect.RunCommand.class::isInstance);
    assertThat(told)
        .last()
        .asString()
        .contains("ERRORED")
        .contains("nobody knows how it ended (the keeper was killed)");
  }

  @Test
  void aFrozenEnvironmentKeepsTheNewestWaitingUntilItIsLifted() {
    hear(new EnvironmentEvent.Frozen("ops", "sale"));
    hear(requested(1));
    hear(requested(2));
    assertThat(state.rollout()).isEmpty();
    assertThat(told).endsWith("acme/shop#2 WAITING: frozen by ops: sale");

    hear(new EnvironmentEvent.Unfrozen("ops"));

    assertThat(state.rollout().orElseThrow().request().orElseThrow().run().number()).isEqualTo(2);
  }

  @Test
  void aPersonsReturnStopsARolloutUnderWayAndFreezes() {
    live(1);
    var one = state.current().orElseThrow();
    live(2);
    hear(requested(3));
    shifted();

    hear(new EnvironmentEvent.ReturnWanted(one, "ops", "slow"));
    assertThat(state.rollout().orElseThrow().phase()).isEqualTo(Phase.RETURN_SHIFTING);
    hear(new EnvironmentEvent.Shifted(rollout(), true, 0));
    hear(new EnvironmentEvent.Settled(rollout(), true, 0));

    assertThat(told)
        .last()
        .asString()
        .contains("RETURNED: ops stopped it: slow; release 2 serves again");
    assertThat(state.rollout().orElseThrow().release()).contains(one);
    assertThat(state.freeze().orElseThrow().why()).isEqualTo("slow");
  }

  @Test
  void withdrawingTakesBackWhatWaitsAndNotWhatHasBegun() {
    hear(requested(1));
    hear(requested(2));

    hear(new EnvironmentEvent.Withdrawn(new RunId("acme/shop", 2), "cancelled"));
    hear(new EnvironmentEvent.Withdrawn(new RunId("acme/shop", 1), "cancelled"));

    assertThat(state.waiting()).isEmpty();
    assertThat(state.rollout()).isPresent();
  }

  @Test
  void aLateAnswerIsDropped() {
    live(1);
    EnvironmentState before = state;

    assertThat(hear(new EnvironmentEvent.Failed(1, false, 0, "late", List.of()))).isEmpty();
    assertThat(hear(new EnvironmentEvent.Shifted(7, false, 0))).isEmpty();
    assertThat(state).isEqualTo(before);
  }

  @Test
  void theSameContentIsNotRolledOutAgain() {
    theSameContentAgain(true);

    assertThat(state.lastRelease()).isEqualTo(1);
    assertThat(told).last().asString().startsWith("acme/shop#2 " + DeploymentStage.LIVE);
  }

  @Test
  void theSameContentIsRolledOutAgainWhereItDoesNotReallyServe() {
    theSameContentAgain(false);

    assertThat(state.lastRelease()).isEqualTo(2);
    assertThat(state.rollout().orElseThrow().phase()).isEqualTo(Phase.VERIFYING);
  }

  private void theSameContentAgain(boolean serves) {
    live(1);
    var request = ((EnvironmentEvent.Requested) requested(2)).request();
    var same =
        new DeploymentRequest(
            PRODUCTION,
            request.run(),
            request.sha(),
            "title",
            state.current().orElseThrow().images(),
            request.runtime(),
            List.of(),
            Map.of(),
            Optional.empty(),
            request.deadline(),
            request.strategy());
    hear(new EnvironmentEvent.Requested(same));

    hear(new EnvironmentEvent.Pinned(rollout(), List.of(), serves));
  }

  @Test
  void anObstacleIsToldAndWatchedOnWithinTheSameDeadline() {
    hear(requested(1));
    prepared();
    var watch =
        (EnvironmentEffect.Watch)
            hear(new EnvironmentEvent.Shifted(rollout(), false, 0)).getFirst();

    List<EnvironmentEffect> effects =
        hear(
            new EnvironmentEvent.Obstructed(
                rollout(), false, 0, Optional.of("host is full: 1 of 2 MiB"), watch.until()));

    assertThat(told).endsWith("acme/shop#1 ROLLING: release 1 waits: host is full: 1 of 2 MiB");
    assertThat(state.rollout().orElseThrow().obstacle()).contains("host is full: 1 of 2 MiB");
    assertThat(effects)
        .containsExactly(
            new EnvironmentEffect.Watch(
                watch.rollout(),
                watch.to(),
                false,
                watch.processes(),
                watch.until(),
                true,
                0,
                watch.time()));
    hear(new EnvironmentEvent.Obstructed(rollout(), false, 0, Optional.empty(), watch.until()));
    assertThat(told).endsWith("acme/shop#1 ROLLING: release 1 is rolling out again");
    assertThat(state.rollout().orElseThrow().obstacle()).isEmpty();
  }

  @Test
  void aRemovalWaitsForTheRolloutUnderWayAndWhatWaitedIsSkipped() {
    hear(requested(1));
    shifted();
    hear(requested(2));

    assertThat(hear(new EnvironmentEvent.RemovalWanted("ops", "moved"))).isEmpty();
    assertThat(told).endsWith("acme/shop#2 SKIPPED: ops had the environment removed: moved");

    assertThat(hear(new EnvironmentEvent.Settled(rollout(), false, 0)))
        .last()
        .isEqualTo(new EnvironmentEffect.Remove(PRODUCTION));
    assertThat(hear(new EnvironmentEvent.RemovalWanted("ops", "again"))).isEmpty();
    hear(new EnvironmentEvent.Removed());
    assertThat(state.current()).isEmpty();
    assertThat(state.removal().orElseThrow().stage()).isEqualTo(Removal.Stage.DONE);
  }

  @Test
  void whatIsAskedForDuringARemovalBeginsAfterItFromNothing() {
    live(1);
    hear(new EnvironmentEvent.RemovalWanted("ops", "moved"));
    hear(requested(2));
    assertThat(told).endsWith("acme/shop#2 WAITING: waits until the environment is removed");

    hear(new EnvironmentEvent.Removed());

    assertThat(state.rollout().orElseThrow().from()).isEmpty();
    assertThat(state.removal()).isEmpty();
  }

  @Test
  void aRemovalThatFailsIsShown() {
    live(1);
    hear(new EnvironmentEvent.RemovalWanted("ops", "moved"));

    hear(new EnvironmentEvent.RemovalFailed("the keeper is away"));

    assertThat(state.degraded()).contains("it could not be removed: the keeper is away");
    assertThat(state.current()).isPresent();
  }
}
