package io.windlass.engine.rollout;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.pipeline.Check;
import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.scaler.syntax.Units;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Walks a rollout along its {@link StagePlan}: each stage is shifted to, watched until it is
 * reached, held until its time has passed and the checks are content, and let go on by a person
 * where the file says so.
 *
 * <p>Timers are left to themselves when a stage ends otherwise: their events name the rollout and
 * the stage, and come too late.
 */
final class Stages {
  /** How long a stage waits for a person before the rollout returns. */
  static final Duration GATE = Duration.ofDays(1);

  private final EnvironmentTurn turn;
  private final RolloutProgression progression;

  Stages(EnvironmentTurn turn, RolloutProgression progression) {
    this.turn = turn;
    this.progression = progression;
  }

  void begin(Rollout rollout) {
    StagePlan plan = rollout.plan();
    enter(rollout.walking(Walk.along(plan)));
    // The first look, before anything has moved, sees what ran before as it was.
    for (int check = 0; check < plan.checks().size(); check++) {
      look(rollout, check, turn.now());
    }
  }

  private void enter(Rollout rollout) {
    turn.become(turn.state().moved(rollout.at(Phase.SHIFTING)));
    turn.effect(
        new EnvironmentEffect.Shift(
            rollout.id(),
            release(rollout).id(),
            false,
            rollout.processes(),
            rollout.walk().stage(),
            Optional.of(rollout.stage().division())));
  }

  /** The stage's division is there. */
  void reached(Rollout rollout) {
    // As exact as a stored timer is: the hold is over when its timer says so.
    Instant since = turn.now().truncatedTo(ChronoUnit.MILLIS);
    Rollout here = rollout.walking(rollout.walk().held(since));
    if (here.stage().hold().isZero() && !mustBeSeen(here)) {
      pass(here);
      return;
    }
    Rollout held = here.at(Phase.HOLDING);
    turn.become(turn.state().moved(held));
    guard(held);
    hold(held);
    limit(held);
    tell(
        held,
        held.stage().hold().isZero()
            ? held.stage().words() + " until its checks are content"
            : held.stage().words() + " for " + Units.text(held.stage().hold()));
    giveWayToNewer(held);
  }

  /** A hold ends with the rollout's time at the latest. */
  private void limit(Rollout held) {
    var over = new EnvironmentEvent.TimeOver(held.id(), held.walk().stage());
    held.walk().until().ifPresent(end -> turn.timer("deadline", end, over));
  }

  /**
   * Whether checks must have seen the stage, however short it is. The last one ends what they have
   * seen already, and where no request reaches the release there is nothing to see.
   */
  private static boolean mustBeSeen(Rollout rollout) {
    StagePlan plan = rollout.plan();
    return !plan.checks().isEmpty()
        && rollout.stage().served()
        && !plan.isLast(rollout.walk().stage());
  }

  /** What breaks while it is held, or while a person is waited for, returns too. */
  void guard(Rollout rollout) {
    turn.guard(
        new EnvironmentEffect.Guard(
            rollout.id(),
            rollout.walk().stage(),
            release(rollout).id(),
            rollout.processes(),
            rollout.obstacle().isPresent()));
  }

  /** Is told, and held on: the stage was reached, and nothing of that is lost. */
  void obstructed(Rollout rollout, Optional<String> obstacle) {
    Rollout now = rollout.obstructed(obstacle);
    turn.become(turn.state().moved(now));
    guard(now);
    tell(
        now,
        now.stage().words()
            + obstacle
                .map(what -> ", and this is in its way: " + what)
                .orElse(", and nothing is in its way any more"));
  }

  void holdOver(Rollout rollout) {
    Walk walk = rollout.walk();
    if (turn.now().isBefore(over(rollout))) {
      hold(rollout);
    } else if (walk.discontent(rollout.plan(), turn.now()).isEmpty()) {
      confirm(rollout);
    }
  }

  private Instant over(Rollout rollout) {
    return rollout.walk().heldSince().orElse(turn.now()).plus(rollout.stage().hold());
  }

  /**
   * Rings when the hold's time has passed. Set again where a clock that was set back has brought it
   * early: there is no other one.
   */
  private void hold(Rollout rollout) {
    var event = new EnvironmentEvent.HoldOver(rollout.id(), rollout.walk().stage());
    turn.timer("hold", over(rollout), event);
  }

  /**
   * What is held may have broken while the server was away, and its timers ring at once when it is
   * back: a hold ends with a look at the target.
   */
  private void confirm(Rollout rollout) {
    turn.confirm(
        new EnvironmentEffect.Confirm(rollout.id(), rollout.walk().stage(), release(rollout).id()));
  }

  /** The target has been looked at, and nothing was broken. */
  void confirmed(Rollout rollout) {
    Walk walk = rollout.walk();
    if (walk.isApproved()) {
      next(rollout);
      return;
    }
    if (turn.now().isBefore(over(rollout)) && !yields(rollout)) {
      hold(rollout);
    } else if (walk.discontent(rollout.plan(), turn.now()).isEmpty()) {
      pass(rollout);
    }
  }

  private void pass(Rollout rollout) {
    if (!rollout.stage().approve()) {
      next(rollout);
      return;
    }
    Rollout gated = rollout.walking(rollout.walk().gated(turn.now())).at(Phase.GATED);
    turn.become(turn.state().moved(gated));
    // A held stage is guarded already.
    if (rollout.phase() != Phase.HOLDING) {
      guard(gated);
    }
    turn.timer(
        "gate",
        turn.now().plus(GATE),
        new EnvironmentEvent.GateExpired(gated.id(), gated.walk().stage()));
    tell(gated, gated.stage().words() + " and waits for a person to approve it");
  }

  private void next(Rollout rollout) {
    Walk walk = rollout.walk();
    if (rollout.plan().isLast(walk.stage())) {
      progression.live(rollout);
      return;
    }
    enter(rollout.walking(walk.to(walk.stage() + 1)));
  }

  /** Whoever approved it saw it a while ago, and what is held is not looked at all the time. */
  void approved(Rollout rollout, String who) {
    Walk walk = rollout.walk().approved(who, turn.now());
    Rollout approved = rollout.walking(walk).at(Phase.HOLDING);
    turn.become(turn.state().moved(approved));
    limit(approved);
    confirm(approved);
  }

  void gateExpired(Rollout rollout) {
    progression.fail(rollout, Failure.of("nobody approved it within " + Units.text(GATE)));
  }

  /** Only a hold can last beyond the rollout's time by itself; a watch looks at the time. */
  void timeOver(Rollout rollout) {
    String why =
        rollout
            .walk()
            .discontent(rollout.plan(), turn.now())
            .map(index -> " while " + words(rollout, index))
            .orElse("");
    progression.fail(rollout, Failure.of("its time was over" + why));
  }

  private static String words(Rollout rollout, int index) {
    Check check = rollout.plan().checks().get(index);
    Finding finding = rollout.walk().findings().get(index);
    String of = check.name() + " of " + check.process();
    return switch (finding.verdict().orElse(Verdict.NO_DATA)) {
      case NO_DATA ->
          of
              + " had no data ("
              + finding.words()
              + "); \"no-data: pass\" lets such a release through";
      case FAIL -> of + " was " + finding.words();
      // Good, but seen too long ago to count.
      case PASS -> of + " could not be looked at any more; it was last " + finding.words();
    };
  }

  /** A check has been looked at; while the rollout moves on, it is looked at again. */
  void looked(Rollout rollout, int index, Measured measured) {
    StagePlan plan = rollout.plan();
    Check check = plan.checks().get(index);
    boolean expected = rollout.phase().held() && rollout.stage().served();
    Finding finding =
        rollout.walk().findings().get(index).after(check, measured, expected, turn.now());
    Rollout seen = rollout.walking(rollout.walk().found(index, finding));
    if (finding.condemns(check)) {
      progression.fail(
          seen,
          Failure.of(
              "%s of %s was bad %d times in a row: %s"
                  .formatted(check.name(), check.process(), finding.failures(), finding.words())));
      return;
    }
    turn.become(turn.state().moved(seen));
    look(seen, index, turn.now().plus(check.every()));
    if (seen.phase() == Phase.HOLDING) {
      holdOver(seen);
      turn.state().rollout().filter(seen::equals).ifPresent(this::giveWayToNewer);
    }
  }

  private void look(Rollout rollout, int index, Instant when) {
    var look =
        new EnvironmentEffect.Look(
            rollout.id(),
            index,
            rollout.plan().checks().get(index),
            release(rollout).id(),
            rollout.from().map(Release::id));
    String lane = "environment/" + turn.id() + "/check/" + rollout.id() + "/" + index;
    turn.effect(Effect.<EnvironmentEffect>in(lane, look).notBefore(when));
  }

  /**
   * Nobody keeps an old release whole for what is about to be replaced itself; but what is replaced
   * must have proved good, as it is what to return to.
   */
  void giveWayToNewer(Rollout rollout) {
    if (rollout.phase() == Phase.HOLDING
        && yields(rollout)
        && rollout.walk().discontent(rollout.plan(), turn.now()).isEmpty()) {
      confirm(rollout);
    }
  }

  private boolean yields(Rollout rollout) {
    return rollout.stage().yields() && turn.newerMayBegin();
  }

  private void tell(Rollout rollout, String words) {
    rollout
        .request()
        .ifPresent(request ->
            turn.tell(
                request,
                DeploymentStage.ROLLING,
                rollout.release().map(Release::number),
                "release " + release(rollout).number() + " is " + words,
                List.of()));
  }

  private static Release release(Rollout rollout) {
    return rollout.release().orElseThrow();
  }
}
