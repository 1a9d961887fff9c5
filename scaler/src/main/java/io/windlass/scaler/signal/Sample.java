package io.windlass.scaler.signal;

import java.time.Instant;

/**
 * One finite number and when it was true, on the reader's own clock (a source whose clock differs
 * translates).
 *
 * @param at the newest moment that the value rests on, as the last scrape in a rate's window; never
 *     the moment of asking
 */
public record Sample(double value, Instant at) {
  public Sample {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("Tried to keep " + value + " as a sample; it is no data");
    }
  }
}
