package io.windlass.engine.local.protocol;

/**
 * What a process asks for and may use at most.
 *
 * @param cpuMillis thousandths of a core; 0: the keeper's own default
 * @param memoryBytes 0: the keeper's own default
 */
public record Resources(int cpuMillis, long memoryBytes) {
  public static final Resources DEFAULT = new Resources(0, 0);
}
