package io.windlass.engine.rollout;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.Links;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.Deployments;
import io.windlass.engine.run.RunId;
import java.time.Instant;

/**
 * One environment: what serves, what waits, and the rollout under way.
 *
 * <p>There is at most one rollout at a time, and it ends before the next begins. Runs are taken in
 * the order of their numbers: an older one never lands on a newer one, and of those that wait only
 * the newest is kept. What fails before the first shift has moved nothing; what fails after it goes
 * back to the release that served before, whose parts were looked for first.
 */
public final class EnvironmentMachine
    implements Machine<EnvironmentState, EnvironmentEvent, EnvironmentEffect> {
  public static final String KIND = "environment";

  private final Links links;

  public EnvironmentMachine(Links links) {
    this.links = links;
  }

  public static Subject subject(EnvironmentId environment) {
    return new Subject(KIND, environment.toString());
  }

  /** How runs speak to environments. */
  public static Deployments deployments() {
    return new Deployments() {
      @Override
      public Tell request(DeploymentRequest request) {
        return new Tell(
            subject(request.environment()),
            new EnvironmentEvent.Requested(request),
            "run:" + request.run());
      }

      @Override
      public Tell withdraw(EnvironmentId environment, RunId run, String reason) {
        return new Tell(
            subject(environment), new EnvironmentEvent.Withdrawn(run, reason), "withdraw:" + run);
      }
    };
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<EnvironmentState> stateType() {
    return EnvironmentState.class;
  }

  @Override
  public Class<EnvironmentEvent> eventType() {
    return EnvironmentEvent.class;
  }

  @Override
  public Class<EnvironmentEffect> effectType() {
    return EnvironmentEffect.class;
  }

  @Override
  public EnvironmentState initial(String key) {
    return EnvironmentState.of(EnvironmentId.parse(key));
  }

  @Override
  public Transition<EnvironmentState, EnvironmentEffect> on(
      EnvironmentState state, EnvironmentEvent event, Instant now) {
    var turn = new EnvironmentTurn(state, links, now);
    switch (event) {
      case EnvironmentEvent.Requested(var request) -> turn.requested(request);
      case EnvironmentEvent.Withdrawn(var run, var reason) -> turn.withdrawn(run, reason);
      case EnvironmentEvent.ReturnWanted(var release, var who, var why) ->
          turn.returnWanted(release, who, why);
      case EnvironmentEvent.Frozen(var who, var why) -> turn.frozen(who, why);
      case EnvironmentEvent.Unfrozen unfrozen -> turn.unfrozen();
      case EnvironmentEvent.Pinned(var rollout, var secrets, var serves) ->
          turn.answer(
              rollout,
              Phase.PINNING,
              (progress, current) -> progress.pinned(current, secrets, serves));
      case EnvironmentEvent.Unpinnable(var rollout, var reason) ->
          turn.answer(
              rollout,
              Phase.PINNING,
              (progress, current) -> progress.fail(current, Failure.of(reason)));
      case EnvironmentEvent.Checked(var rollout, var verified, var doubt) ->
          turn.answer(
              rollout,
              Phase.VERIFYING,
              (progress, current) -> progress.checked(current, verified, doubt));
      case EnvironmentEvent.PreparationEnded(var rollout, var result) ->
          turn.answer(
              rollout, Phase.PREPARING, (progress, current) -> progress.prepared(current, result));
      case EnvironmentEvent.CommandEnded(var rollout, var result, var lines) ->
          turn.answer(
              rollout,
              Phase.COMMAND,
              (progress, current) -> progress.commandEnded(current, result, lines));
      case EnvironmentEvent.Shifted(var rollout, var returning, var stage) ->
          turn.answer(
              rollout,
              stage,
              returning ? Phase.RETURN_SHIFTING : Phase.SHIFTING,
              RolloutProgression::shifted);
      case EnvironmentEvent.Obstructed(
              var rollout,
              var returning,
              var stage,
              var obstacle,
              var until) ->
          turn.answer(
              rollout,
              stage,
              returning ? Phase.RETURN_WATCHING : Phase.WATCHING,
              (progress, current) -> progress.obstructed(current, obstacle, until));
      case EnvironmentEvent.Settled(var rollout, var returning, var stage) ->
          turn.answer(
              rollout,
              stage,
              returning ? Phase.RETURN_WATCHING : Phase.WATCHING,
              RolloutProgression::settled);
      case EnvironmentEvent.Failed(var rollout, var returning, var stage, var cause, var lines) ->
          turn.answer(
              rollout,
              stage,
              phase ->
                  returning
                      ? phase == Phase.RETURN_WATCHING
                      : phase == Phase.WATCHING || phase.held(),
              (progress, current) -> progress.fail(current, new Failure(cause, false, lines)));
      case EnvironmentEvent.HoldObstructed(var rollout, var stage, var obstacle) ->
          turn.answer(
              rollout,
              stage,
              Phase::held,
              (progress, current) -> progress.stages().obstructed(current, obstacle));
      case EnvironmentEvent.StillHeld(var rollout, var stage) ->
          turn.answer(
              rollout, stage, Phase::held, (progress, current) -> progress.stages().guard(current));
      case EnvironmentEvent.HoldOver(var rollout, var stage) ->
          turn.answer(
              rollout,
              stage,
              Phase.HOLDING,
              (progress, current) -> progress.stages().holdOver(current));
      case EnvironmentEvent.Confirmed(var rollout, var stage) ->
          turn.answer(
              rollout,
              stage,
              Phase.HOLDING,
              (progress, current) -> progress.stages().confirmed(current));
      case EnvironmentEvent.TimeOver(var rollout, var stage) ->
          turn.answer(
              rollout,
              stage,
              Phase.HOLDING,
              (progress, current) -> progress.stages().timeOver(current));
      case EnvironmentEvent.GateExpired(var rollout, var stage) ->
          turn.answer(
              rollout,
              stage,
              Phase.GATED,
              (progress, current) -> progress.stages().gateExpired(current));
      case EnvironmentEvent.Looked(var rollout, var index, var measured) ->
          turn.answer(
              rollout,
              Phase::advancing,
              (progress, current) -> progress.stages().looked(current, index, measured));
      case EnvironmentEvent.Approved(var rollout, var stage, var who) ->
          turn.answer(
              rollout,
              stage,
              Phase.GATED,
              (progress, current) -> progress.stages().approved(current, who));
      case EnvironmentEvent.Aborted(var rollout, var who, var why) ->
          turn.answer(
              rollout,
              phase -> !phase.returning(),
              (progress, current) ->
                  progress.fail(current, Failure.of(who + " stopped it: " + why)));
      case EnvironmentEvent.Unreachable(var rollout, var phase, var reason) ->
          turn.answer(rollout, phase, (progress, current) -> progress.unreachable(current, reason));
      case EnvironmentEvent.Refused(var rollout, var phase, var reason) ->
          turn.answer(
              rollout, phase, (progress, current) -> progress.fail(current, Failure.ours(reason)));
      case EnvironmentEvent.RemovalWanted(var who, var why) -> turn.removalWanted(who, why);
      case EnvironmentEvent.Removed removed -> turn.removed();
      case EnvironmentEvent.TakenAway(var release, var serving) ->
          serving.ifPresent(other -> turn.broughtBack(release, other));
      case EnvironmentEvent.TakeAwayFailed(var release, var reason) ->
          turn.takeAwayFailed(release, reason);
      case EnvironmentEvent.CleanedUp(var problem) -> turn.cleanedUp(problem);
      case EnvironmentEvent.RemovalFailed(var reason) -> turn.removalFailed(reason);
      case EnvironmentEvent.ScalingApplied(var problem) -> turn.scalingApplied(problem);
    }
    return turn.transition();
  }
}
