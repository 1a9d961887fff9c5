package io.windlass.engine.run;

import java.time.Duration;

/**
 * What a step may use at most. A limit that is reached ends the step with a result that says so. An
 * executor that cannot give so much refuses the step.
 *
 * @param timeout wall-clock time from the start of its process
 * @param logBytes written log; the rest is cut off and marked
 * @param cpuMillis thousandths of a core, 0 for the executor's own limit
 * @param memoryBytes 0 for the executor's own limit
 */
public record StepLimits(Duration timeout, long logBytes, int cpuMillis, long memoryBytes) {
  /** Ten minutes, 64 MiB of log, processor and memory as the executor thinks right. */
  public static final StepLimits DEFAULT = new StepLimits(Duration.ofMinutes(10), 64L << 20, 0, 0);
}
