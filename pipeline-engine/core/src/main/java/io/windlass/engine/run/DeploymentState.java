package io.windlass.engine.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The deployment of a run to one environment.
 *
 * @param release its number there, once it has one
 * @param detail what is going on, or how it ended, in words
 */
public record DeploymentState(
    DeploymentStage stage,
    Optional<Long> release,
    String detail,
    List<String> lastLogLines,
    Instant since) {
  public DeploymentState {
    lastLogLines = List.copyOf(lastLogLines);
  }

  /** One that no release was made for yet. */
  static DeploymentState at(DeploymentStage stage, String detail, Instant since) {
    return new DeploymentState(stage, Optional.empty(), detail, List.of(), since);
  }
}
