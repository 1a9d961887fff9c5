package io.windlass.engine.journal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter on its upper half: the wait before attempt n+1 lies evenly
 * between half of and the whole of {@code min(most, first * 2^(n-1))}.
 *
 * @param attempts how often to try in all, at least once
 * @param first the longest wait after the first failed attempt
 * @param most the longest wait at all
 */
public record Retry(int attempts, Duration first, Duration most) {
  /** Eight attempts over about five minutes. */
  public static final Retry STANDARD = new Retry(8, Duration.ofSeconds(1), Duration.ofMinutes(2));

  /** One attempt. */
  public static final Retry NEVER = new Retry(1, Duration.ofSeconds(1), Duration.ofSeconds(1));

  public Retry {
    if (attempts < 1 || first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "Tried to set up retries with "
              + attempts
              + " attempts and waits from "
              + first
              + " to "
              + most
              + " but attempts must be at least 1 and waits positive and growing");
    }
  }

  /** The wait after {@code failed} failed attempts (1 or more). */
  Duration waitAfter(int failed, RandomGenerator random) {
    int doublings = Math.min(failed - 1, 30);
    long ceiling = Math.min(most.toMillis(), saturated(first.toMillis(), doublings));
    return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling - ceiling / 2 + 1));
  }

  private static long saturated(long millis, int doublings) {
    return millis > (Long.MAX_VALUE >> doublings) ? Long.MAX_VALUE : millis << doublings;
  }
}
