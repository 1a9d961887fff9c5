package io.windlass.engine.rollout;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Units;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * One event's way through the environment machine: gathers the next state and what follows from it.
 * Used once, by one thread.
 */
final class EnvironmentTurn {
  /** How long a return that a person asked for may take; no file speaks of it. */
  private static final Duration RETURN_DEADLINE = Duration.ofMinutes(10);

  private final Links links;
  private final Instant now;
  private final RolloutProgression progression = new RolloutProgression(this);
  private final EnvironmentState first;
  private EnvironmentState state;
  private Transition<EnvironmentState, EnvironmentEffect> rest;

  EnvironmentTurn(EnvironmentState state, Links links, Instant now) {
    this.state = state;
    this.first = state;
    this.links = links;
    this.now = now;
    this.rest = Transition.to(state);
  }

  Transition<EnvironmentState, EnvironmentEffect> transition() {
    alertOfGate();
    alertOfAway();
    return new Transition<>(state, rest.effects(), rest.timers(), rest.tells());
  }

  /** A stage that waits for a person. */
  private record Gate(Rollout rollout) {
    static Optional<Gate> of(EnvironmentState state) {
      return state.rollout().filter(any -> any.phase() == Phase.GATED).map(Gate::new);
    }

    String id() {
      return rollout.id() + "/" + rollout.walk().stage();
    }
  }

  /** Whoever is to approve it does not look at a page all day. */
  private void alertOfGate() {
    Optional<Gate> before = Gate.of(first);
    Optional<Gate> after = Gate.of(state);
    if (before.map(Gate::id).equals(after.map(Gate::id))) {
      return;
    }
    before.ifPresent(gate -> rest = rest.tell(AlertMachine.ungated(id().toString(), gate.id())));
    after.ifPresent(gate ->
        gate.rollout()
            .request()
            .ifPresent(request ->
                rest = rest.tell(AlertMachine.gated(message(gate, request), gate.id()))));
  }

  private AlertEvent.Message message(Gate gate, DeploymentRequest request) {
    String cause =
        "release %d is %s and waits for a person to approve it, for %s at most"
            .formatted(
                gate.rollout().release().map(Release::number).orElse(0L),
                gate.rollout().stage().words(),
                Units.text(Stages.GATE));
    return message(AlertEvent.Kind.APPROVAL, request, cause);
  }

  /** A return that people were told of because its target cannot be reached. */
  private static Optional<Rollout> unreached(EnvironmentState state) {
    return state.rollout().filter(any -> any.away().filter(Rollout.Away::alerted).isPresent());
  }

  /** The release that failed may serve until the target can be reached. */
  private void alertOfAway() {
    Optional<Rollout> before = unreached(first);
    Optional<Rollout> after = unreached(state);
    if (before.flatMap(Rollout::away).equals(after.flatMap(Rollout::away))) {
      return;
    }
    after.ifPresent(rollout ->
        rollout
            .request()
            .ifPresent(request ->
                rest =
                    rest.tell(AlertMachine.away(unreachable(rollout, request), times(rollout)))));
    before.ifPresent(rollout -> {
      boolean returns = state.rollout().filter(now -> now.id() == rollout.id()).isPresent();
      Optional<AlertEvent.Message> message =
          rollout
              .request()
              .filter(_ -> returns)
              .map(request ->
                  message(
                      AlertEvent.Kind.RECOVERY,
                      request,
                      "the target can be reached again, and release "
                          + rollout.from().orElseThrow().number()
                          + " is on its way back"));
      rest = rest.tell(AlertMachine.back(id().toString(), message, times(rollout)));
    });
  }

  private String times(Rollout rollout) {
    return rollout.id() + "/" + rollout.away().orElseThrow().since();
  }

  private AlertEvent.Message unreachable(Rollout rollout, DeploymentRequest request) {
    String cause =
        "release %d is to be brought back, and the target cannot be reached since %s, and is asked again: %s"
            .formatted(
                rollout.from().orElseThrow().number(),
                rollout.away().orElseThrow().since().truncatedTo(ChronoUnit.SECONDS),
                rollout.obstacle().orElse(""));
    return message(AlertEvent.Kind.FAILURE, request, cause);
  }

  private AlertEvent.Message message(
      AlertEvent.Kind kind, DeploymentRequest request, String cause) {
    return new AlertEvent.Message(
        kind,
        id().repository(),
        "",
        request.run().number(),
        request.title(),
        cause,
        links.environment(id().toString()),
        Optional.of(id().name()));
  }

  EnvironmentState state() {
    return state;
  }

  EnvironmentId id() {
    return state.id();
  }

  Instant now() {
    return now;
  }

  void become(EnvironmentState next) {
    state = next;
  }

  void requested(DeploymentRequest request) {
    if (request.run().number() <= state.newestRun()) {
      tellRun(
          request,
          DeploymentStage.SKIPPED,
          Optional.empty(),
          "run #" + state.newestRun() + ", which is newer, came first",
          List.of());
      return;
    }
    state
        .waiting()
        .ifPresent(older ->
            tell(
                older,
                DeploymentStage.SKIPPED,
                Optional.empty(),
                "run #" + request.run().number() + ", which is newer, took its place",
                List.of()));
    state = state.asked(request);
    begin();
    state
        .waiting()
        .ifPresent(waiting ->
            tell(waiting, DeploymentStage.WAITING, Optional.empty(), reasonToWait(), List.of()));
  }

  void withdrawn(RunId run, String reason) {
    Optional<DeploymentRequest> waiting =
        state.waiting().filter(request -> request.run().equals(run));
    if (waiting.isPresent()) {
      state = state.nothingWaiting();
      tell(waiting.get(), DeploymentStage.SKIPPED, Optional.empty(), reason, List.of());
    }
  }

  void returnWanted(Release release, String who, String why) {
    if (state.removal().filter(Removal::pending).isPresent()) {
      return;
    }
    state =
        state.frozen(Optional.of(new Freeze(who, why, now))).returningNext(Optional.of(release));
    state
        .rollout()
        .filter(rollout -> rollout.phase() == Phase.WATCHING || rollout.phase().held())
        .ifPresent(progression::giveWay);
    begin();
    tellThatFrozen();
  }

  void frozen(String who, String why) {
    state = state.frozen(Optional.of(new Freeze(who, why, now)));
    tellThatFrozen();
  }

  void unfrozen() {
    state = state.frozen(Optional.empty());
    begin();
  }

  /** What is under way ends first; what waits is told that it waits in vain. */
  void removalWanted(String who, String why) {
    if (state.removal().filter(Removal::pending).isPresent()) {
      return;
    }
    state = state.removing(Optional.of(new Removal(who, why, now, Removal.Stage.ASKED)));
    state
        .waiting()
        .ifPresent(request -> {
          state = state.nothingWaiting();
          String detail = who + " had the environment removed: " + why;
          tell(request, DeploymentStage.SKIPPED, Optional.empty(), detail, List.of());
        });
    // What is held would keep the removal waiting for as long as a person does.
    state
        .rollout()
        .filter(rollout -> rollout.phase().held())
        .ifPresent(rollout ->
            progression.fail(rollout, Failure.of(who + " had the environment removed: " + why)));
    begin();
  }

  void removed() {
    state = state.removed();
    begin();
  }

  void removalFailed(String reason) {
    state = state.removing(Optional.empty()).degraded("it could not be removed: " + reason);
    begin();
  }

  /** The target knew more than this server, which has lost its data. */
  void broughtBack(long release, long serving) {
    state =
        state.degraded(
            "release "
                + serving
                + ", which this server does not know, ran at the target before release "
                + release
                + ", and is asked for again with the size that it has; deploy a commit that works");
  }

  void takeAwayFailed(long release, String reason) {
    state = state.degraded("what release " + release + " left could not be taken away: " + reason);
  }

  void cleanedUp(Optional<String> problem) {
    state = state.cleaned(problem);
  }

  void scalingApplied(Optional<String> problem) {
    state = state.scaled(problem);
  }

  /**
   * Goes on with the rollout under way, unless the answer belongs to another one or to something
   * that is not waited for any more.
   */
  void answer(long rollout, Phase phase, BiConsumer<RolloutProgression, Rollout> then) {
    answer(rollout, current -> current == phase, then);
  }

  void answer(long rollout, Predicate<Phase> phase, BiConsumer<RolloutProgression, Rollout> then) {
    state
        .rollout()
        .filter(current -> current.id() == rollout && phase.test(current.phase()))
        .ifPresent(current -> {
          if (state.nextReturn().isPresent() && !current.phase().returning()) {
            progression.giveWay(current);
          } else {
            then.accept(progression, current);
          }
        });
  }

  /** The same for an answer that belongs to one stage of the rollout. */
  void answer(long rollout, int stage, Phase phase, BiConsumer<RolloutProgression, Rollout> then) {
    answer(rollout, stage, current -> current == phase, then);
  }

  void answer(
      long rollout,
      int stage,
      Predicate<Phase> phase,
      BiConsumer<RolloutProgression, Rollout> then) {
    if (state.rollout().filter(current -> current.walk().stage() == stage).isPresent()) {
      answer(rollout, phase, then);
    }
  }

  /**
   * Begins what is next, if anything may begin. A person's return may, though it freezes the
   * environment.
   */
  void begin() {
    if (state.rollout().isPresent()) {
      progression.stages().giveWayToNewer(state.rollout().get());
      return;
    }
    Optional<Removal> removal = state.removal().filter(Removal::pending);
    Optional<Release> wanted = state.nextReturn();
    if (removal.isPresent()) {
      if (removal.get().stage() == Removal.Stage.ASKED) {
        state = state.removing(Optional.of(removal.get().at(Removal.Stage.UNDER_WAY)));
        effect(new EnvironmentEffect.Remove(id()));
      }
    } else if (wanted.isPresent()) {
      state = state.returningNext(Optional.empty());
      if (!serves(wanted.get())) {
        progression.beginReturn(newRollout(Optional.empty(), RETURN_DEADLINE).of(wanted.get()));
      }
    } else if (state.freeze().isEmpty() && state.waiting().isPresent()) {
      DeploymentRequest request = state.waiting().get();
      state = state.nothingWaiting().removing(Optional.empty());
      progression.beginDeployment(newRollout(Optional.of(request), request.deadline()), request);
    }
  }

  /** Whether a deployment waits for nothing but the rollout under way. */
  boolean newerMayBegin() {
    return state.waiting().isPresent() && state.freeze().isEmpty();
  }

  /** Whether a person wants another release, or none, more than the end of what is under way. */
  boolean somethingElseIsWanted() {
    return state.nextReturn().isPresent() || state.removal().filter(Removal::pending).isPresent();
  }

  private Rollout newRollout(Optional<DeploymentRequest> request, Duration deadline) {
    return new Rollout(
        state.lastRollout() + 1,
        request,
        Optional.empty(),
        state.current(),
        Phase.PINNING,
        now,
        deadline,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private boolean serves(Release release) {
    return state.degraded().isEmpty()
        && state.current().filter(current -> current.number() == release.number()).isPresent();
  }

  /**
   * Only once its release is to serve: what is frozen, or fails before anything moves, must not
   * change the size of what serves.
   */
  void applyScaling(DeploymentRequest request) {
    if (!request.scaling().isEmpty()) {
      effect(new EnvironmentEffect.ApplyScaling(id(), request.scaling(), request.max()));
    }
  }

  /** Effects of one environment are done one after the other. */
  void effect(EnvironmentEffect effect) {
    rest = rest.effect("environment/" + id(), effect);
  }

  void effect(Effect<EnvironmentEffect> effect) {
    rest = rest.effect(effect);
  }

  void timer(String name, Instant due, EnvironmentEvent event) {
    rest = rest.timer(name, due, event);
  }

  /** A lane of its own, as for a watch. */
  void guard(EnvironmentEffect.Guard guard) {
    String lane = "environment/" + id() + "/guard/" + guard.rollout() + "/" + guard.stage();
    rest = rest.effect(lane, guard);
  }

  /** As a guard. */
  void confirm(EnvironmentEffect.Confirm confirm) {
    String lane = "environment/" + id() + "/confirm/" + confirm.rollout() + "/" + confirm.stage();
    rest = rest.effect(lane, confirm);
  }

  /** A watch has a lane of its own: what replaces it does not wait for it. */
  void watch(EnvironmentEffect.Watch watch) {
    String lane =
        "environment/" + id() + "/watch/" + watch.rollout() + (watch.returning() ? "/return" : "");
    rest = rest.effect(lane, watch);
  }

  /** Tells the run and marks its commit. */
  void tell(
      DeploymentRequest request,
      DeploymentStage stage,
      Optional<Long> release,
      String detail,
      List<String> lines) {
    tellRun(request, stage, release, detail, lines);
    mark(request, stage, detail);
  }

  private void tellRun(
      DeploymentRequest request,
      DeploymentStage stage,
      Optional<Long> release,
      String detail,
      List<String> lines) {
    state = state.toldOnce();
    var event = new RunEvent.DeploymentMoved(id().name(), stage, release, detail, lines);
    rest =
        rest.tell(
            new Subject("run", request.run().toString()),
            event,
            "environment:" + id().name() + ":" + state.told());
  }

  private void mark(DeploymentRequest request, DeploymentStage stage, String detail) {
    CommitStatus.State mark =
        switch (stage) {
          case ASKING, WAITING, ROLLING -> CommitStatus.State.PENDING;
          // There is no neutral mark, and a pending one would stay for ever.
          case LIVE, SKIPPED -> CommitStatus.State.SUCCESS;
          case RETURNED, FAILED, REFUSED -> CommitStatus.State.FAILURE;
          case ERRORED -> CommitStatus.State.ERROR;
        };
    String text = stage == DeploymentStage.SKIPPED ? "skipped: " + detail : detail;
    var status =
        new CommitStatus(
            request.sha(),
            "windlass/" + id().name(),
            mark,
            text,
            links.run(id().repository(), request.run().number()));
    rest =
        rest.tell(StatusMachine.tell(RepositoryName.of(id().repository()), status, state.told()));
  }

  private void tellThatFrozen() {
    state
        .waiting()
        .ifPresent(waiting ->
            tell(waiting, DeploymentStage.WAITING, Optional.empty(), reasonToWait(), List.of()));
  }

  private String reasonToWait() {
    return state
        .freeze()
        .map(freeze -> "frozen by " + freeze.who() + ": " + freeze.why())
        .orElse(
            state.removal().isPresent()
                ? "waits until the environment is removed"
                : "waits for the rollout under way");
  }
}
