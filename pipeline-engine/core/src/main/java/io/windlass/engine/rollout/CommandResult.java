package io.windlass.engine.rollout;

import io.windlass.engine.run.StepResult;
import java.util.List;

/**
 * How a release command ended.
 *
 * @param lastLogLines what it wrote last, masked, the newest last; may be empty
 */
public record CommandResult(StepResult result, List<String> lastLogLines) {
  public CommandResult {
    lastLogLines = List.copyOf(lastLogLines);
  }
}
