package io.windlass.engine.run;

import java.util.List;
import java.util.Map;

/** What a run asks for. */
public sealed interface RunEffect {
  /** Makes the workspace, at exactly the commit. */
  record CheckOut(RunId run, String sha) implements RunEffect {}

  /**
   * Runs an attempt of a step.
   *
   * @param env the pipeline's, the step's and ours about the run
   */
  record RunStep(
      RunId run,
      String sha,
      RunPlan.PlannedStep step,
      int attempt,
      List<String> readOnly,
      Map<String, String> env)
      implements RunEffect {}

  record CancelStep(RunId run, String sha, String step, int attempt) implements RunEffect {}

  record BuildImage(RunId run, String sha, RunPlan.PlannedImage image) implements RunEffect {}

  /** Looks what the commit would change where, were it deployed. */
  record Preview(RunId run, String sha) implements RunEffect {}

  /** Asks whether the operator's file allows a deployment. */
  record AskGrant(RunId run, RunTrigger trigger, RunPlan.PlannedDeployment deployment)
      implements RunEffect {}

  /**
   * Asks the same of one that brings manifests, and renders them: what hosts they ask for is known
   * by that only.
   */
  record Render(RunId run, RunTrigger trigger, RunPlan.PlannedDeployment deployment)
      implements RunEffect {}

  /** Removes the workspace, and lets the executor forget the attempts. */
  record CleanUp(RunId run, String sha, List<StepAttempt> attempts) implements RunEffect {}

  /** One attempt of one step. */
  record StepAttempt(String step, int attempt) {}
}
