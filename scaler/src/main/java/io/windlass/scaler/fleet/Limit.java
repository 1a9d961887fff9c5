package io.windlass.scaler.fleet;

/**
 * How many replicas of a fleet its place can hold now, those that run included. Blocks growth;
 * never a cause to shrink.
 *
 * @param max replicas in all
 * @param reason in words that a user reads, as {@code host is full: 312 MiB of memory free, a
 *     replica asks for 512 MiB}
 */
public record Limit(int max, String reason) {
  public Limit {
    if (max < 0) {
      throw new IllegalArgumentException(
          "Tried to limit a fleet to " + max + " replicas; use zero or more");
    }
  }
}
