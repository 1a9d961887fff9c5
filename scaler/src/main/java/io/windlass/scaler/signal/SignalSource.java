package io.windlass.scaler.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Port to where signals are measured.
 *
 * <p>One call reads all queries of a tick, so that a source can batch. It returns one reading for
 * each query, in the order asked, and never throws for what the world does: a source that is down,
 * slow or wrong answers {@link Reading.Missing} with the cause. It returns within its own timeout.
 * Safe for several threads; reads only, so asking twice is harmless.
 */
public interface SignalSource {
  /**
   * Reads every query.
   *
   * @param now the caller's clock, to which the samples' times are translated
   */
  List<Reading> read(List<SignalQuery> queries, Instant now);

  /**
   * How often what is measured is sampled, which says from which age on a sample is old; zero if it
   * is measured at once.
   */
  default Duration interval() {
    return Duration.ZERO;
  }
}
