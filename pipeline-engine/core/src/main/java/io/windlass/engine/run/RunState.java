package io.windlass.engine.run;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run.
 *
 * @param trigger empty until it has begun
 * @param stopped why nothing new is started any more, if so
 * @param readOnly directories outside the workspace that steps may read
 * @param problems of the repository's file, each with its place
 * @param told counts what was told to others, which keeps marks in order
 */
public record RunState(
    RunId id,
    Optional<RunTrigger> trigger,
    Phase phase,
    RunPlan plan,
    Map<String, StepState> steps,
    Optional<ImageState> image,
    Map<String, DeploymentState> deployments,
    Optional<Stop> stopped,
    Optional<RunOutcome> outcome,
    Optional<String> cause,
    List<String> readOnly,
    List<String> problems,
    Optional<Instant> createdAt,
    Optional<Instant> endedAt,
    long told) {
  public RunState {
    steps = new LinkedHashMap<>(steps);
    deployments = new LinkedHashMap<>(deployments);
    readOnly = List.copyOf(readOnly);
    problems = List.copyOf(problems);
  }

  /** Where a run stands as a whole. */
  public enum Phase {
    NEW,
    CHECKOUT,
    UNDER_WAY,
    ENDED
  }

  /**
   * Why a run is to end early.
   *
   * @param outcome CANCELLED or SUPERSEDED
   */
  public record Stop(RunOutcome outcome, String why) {}

  static RunState of(RunId id) {
    return new RunState(
        id,
        Optional.empty(),
        Phase.NEW,
        RunPlan.EMPTY,
        Map.of(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  boolean open() {
    return phase == Phase.CHECKOUT || phase == Phase.UNDER_WAY;
  }
}
