package io.windlass.engine.run;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.Links;
import java.time.Instant;

/**
 * One run: checkout, the graph of steps, the image, and the deployments that wait for both.
 *
 * <p>A run ends when nothing of it is under way any more, and it ends once. What comes later is
 * dropped.
 */
public final class RunMachine implements Machine<RunState, RunEvent, RunEffect> {
  public static final String KIND = "run";

  private final Deployments deployments;
  private final Links links;

  public RunMachine(Deployments deployments, Links links) {
    this.deployments = deployments;
    this.links = links;
  }

  public static Subject subject(RunId run) {
    return new Subject(KIND, run.toString());
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<RunState> stateType() {
    return RunState.class;
  }

  @Override
  public Class<RunEvent> eventType() {
    return RunEvent.class;
  }

  @Override
  public Class<RunEffect> effectType() {
    return RunEffect.class;
  }

  @Override
  public RunState initial(String key) {
    return RunState.of(RunId.parse(key));
  }

  @Override
  public Transition<RunState, RunEffect> on(RunState state, RunEvent event, Instant now) {
    var turn = new RunTurn(state, deployments, links, now);
    switch (event) {
      case RunEvent.Begin(var trigger, var plan) -> turn.begin(trigger, plan);
      case RunEvent.BeginInvalid(var trigger, var problems) -> turn.beginInvalid(trigger, problems);
      case RunEvent.BeginUnreadable(var trigger, var reason) ->
          turn.beginUnreadable(trigger, reason);
      case RunEvent.CheckedOut(var readOnly) -> turn.checkedOut(readOnly);
      case RunEvent.Vanished(var reason) -> turn.checkoutEnded(RunOutcome.SUPERSEDED, reason);
      case RunEvent.CheckoutFailed(var reason, var ours) ->
          turn.checkoutEnded(ours ? RunOutcome.ERRORED : RunOutcome.FAILED, reason);
      case RunEvent.StepEnded(var step, var attempt, var result) ->
          turn.stepEnded(step, attempt, result);
      case RunEvent.ImageBuilt(var image, var bytes) ->
          turn.imageEnded(running -> running.built(image, bytes, now));
      case RunEvent.ImageFailed(var reason, var ours) ->
          turn.imageEnded(running ->
              running.ended(
                  ours ? StepState.Status.ERRORED : StepState.Status.FAILED, reason, now));
      case RunEvent.DeploymentGranted(var environment, var max, var hosts, var manifests) ->
          turn.granted(environment, max, hosts, manifests);
      case RunEvent.DeploymentRefused(var environment, var reason) ->
          turn.undeployed(environment, DeploymentStage.REFUSED, reason);
      case RunEvent.ManifestsFailed(var environment, var reason, var ours) ->
          turn.undeployed(
              environment, ours ? DeploymentStage.ERRORED : DeploymentStage.FAILED, reason);
      case RunEvent.DeploymentMoved moved -> turn.deploymentMoved(moved);
      case RunEvent.Previewed(var lines) -> turn.previewed(lines);
      case RunEvent.Cancel(var who) ->
          turn.stop(new RunState.Stop(RunOutcome.CANCELLED, "cancelled by " + who));
      case RunEvent.Superseded(var byRun) -> turn.superseded(byRun);
    }
    return turn.transition();
  }
}
