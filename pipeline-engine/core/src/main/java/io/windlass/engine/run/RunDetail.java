package io.windlass.engine.run;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole of one run.
 *
 * @param problems of the repository's file
 * @param deployments by environment
 * @param timeline what it heard, oldest first
 */
public record RunDetail(
    RunSummary summary,
    String phase,
    List<StepView> steps,
    Optional<ImageState> image,
    Map<String, DeploymentState> deployments,
    List<String> problems,
    List<Moment> timeline) {
  /** A step with its place in the graph. */
  public record StepView(
      String name,
      List<String> command,
      List<String> needs,
      boolean allowFailure,
      StepState.Status status,
      Optional<String> cause,
      List<StepState.Attempt> attempts) {}

  /** One line of the timeline: the kind of event. */
  public record Moment(Instant at, String event) {}
}
