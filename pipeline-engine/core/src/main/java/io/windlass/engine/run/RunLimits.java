package io.windlass.engine.run;

/**
 * How much of runs may be under way at a time, and how much a step may use.
 *
 * @param steps attempts at a time, over all runs
 * @param builds images at a time
 * @param logBytes of one attempt
 */
public record RunLimits(int steps, int builds, long logBytes) {
  public static final RunLimits DEFAULT = new RunLimits(8, 2, StepLimits.DEFAULT.logBytes());
}
