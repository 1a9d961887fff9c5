package io.windlass.scaler.control;

import java.time.Duration;

/**
 * What the loop allows itself.
 *
 * @param reading how long a tick waits for the signals, in all; what has not come then is missing
 * @param evaluation how long a tick waits for the fleets; a slower one goes on alone and is left
 *     out of the next ticks until it has ended
 * @param row how long evaluations that say the same share a row of the log
 * @param trail how many decisions of each fleet are kept in memory for charts
 */
public record Limits(Duration reading, Duration evaluation, Duration row, int trail) {
  public static final Limits STANDARD =
      new Limits(Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofMinutes(10), 360);
}
