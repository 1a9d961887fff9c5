package io.windlass.engine.run;

import io.windlass.engine.run.RunPlan.PlannedStep;
import io.windlass.engine.run.StepState.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ends, and what it is ready for.
 *
 * @param cause in words, empty when it succeeded
 */
record RunVerdict(RunOutcome outcome, String cause) {

  /** Whether what something waits for has passed. */
  sealed interface Needs {
    record Met() implements Needs {}

    record Open() implements Needs {}

    /**
     * It can never be met.
     *
     * @param need the first that did not pass
     */
    record Broken(String need) implements Needs {}
  }

  static Needs needs(List<String> names, RunPlan plan, Map<String, StepState> steps) {
    boolean open = false;
    for (String name : names) {
      Status status = steps.getOrDefault(name, StepState.PENDING).status();
      if (!status.ended()) {
        open = true;
      } else if (!passes(status, plan.steps().get(name))) {
        return new Needs.Broken(name);
      }
    }
    return open ? new Needs.Open() : new Needs.Met();
  }

  private static boolean passes(
      Status status, @org.jspecify.annotations.Nullable PlannedStep step) {
    return status == Status.PASSED
        || (step != null
            && step.allowFailure()
            && (status == Status.FAILED || status == Status.ERRORED));
  }

  /** Environments wait for every step that may not fail, and for the image. */
  static boolean mayDeploy(RunPlan plan, Map<String, StepState> steps, Optional<ImageState> image) {
    return plan.steps().values().stream()
            .allMatch(step ->
                step.allowFailure()
                    || steps.getOrDefault(step.name(), StepState.PENDING).status() == Status.PASSED)
        && image.filter(one -> one.status() == Status.PASSED).isPresent();
  }

  static RunVerdict of(
      RunPlan plan,
      Map<String, StepState> steps,
      Optional<ImageState> image,
      Map<String, DeploymentState> deployments,
      Optional<RunState.Stop> stopped) {
    boolean cut =
        steps.values().stream().anyMatch(step -> step.status() == Status.CANCELLED)
            || image.stream().anyMatch(one -> one.status() == Status.CANCELLED)
            || deployments.values().stream()
                .anyMatch(deployment -> deployment.stage() == DeploymentStage.SKIPPED)
            || (deployments.isEmpty() && !plan.deployments().isEmpty());
    if (stopped.isPresent() && cut) {
      return new RunVerdict(stopped.get().outcome(), stopped.get().why());
    }
    return first(plan, steps, image, deployments, Status.FAILED)
        .map(cause -> new RunVerdict(RunOutcome.FAILED, cause))
        .or(() ->
            first(plan, steps, image, deployments, Status.ERRORED)
                .map(cause -> new RunVerdict(RunOutcome.ERRORED, cause)))
        // A step that the executor cancelled by itself leaves nothing else to say.
        .or(() ->
            first(plan, steps, image, deployments, Status.CANCELLED)
                .map(cause -> new RunVerdict(RunOutcome.CANCELLED, cause)))
        .orElse(new RunVerdict(RunOutcome.SUCCEEDED, ""));
  }

  private static Optional<String> first(
      RunPlan plan,
      Map<String, StepState> steps,
      Optional<ImageState> image,
      Map<String, DeploymentState> deployments,
      Status status) {
    Optional<String> step =
        plan.steps().values().stream()
            .filter(one ->
                !one.allowFailure()
                    && steps.getOrDefault(one.name(), StepState.PENDING).status() == status)
            .map(one ->
                "step \""
                    + one.name()
                    + "\" "
                    + steps
                        .getOrDefault(one.name(), StepState.PENDING)
                        .cause()
                        .orElse("did not pass"))
            .findFirst();
    Optional<String> build =
        image
            .filter(one -> one.status() == status)
            .map(one -> "image: " + one.cause().orElse("was not built"));
    return step.or(() -> build)
        .or(() ->
            deployments.entrySet().stream()
                .filter(deployment ->
                    meaning(deployment.getValue().stage())
                        .filter(means -> means == status)
                        .isPresent())
                .map(deployment -> deployment.getKey() + ": " + deployment.getValue().detail())
                .findFirst());
  }

  private static Optional<Status> meaning(DeploymentStage stage) {
    return switch (stage) {
      case ASKING, WAITING, ROLLING, LIVE, SKIPPED -> Optional.empty();
      case RETURNED, FAILED, REFUSED -> Optional.of(Status.FAILED);
      case ERRORED -> Optional.of(Status.ERRORED);
    };
  }
}
