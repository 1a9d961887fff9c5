package io.windlass.scaler.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Port to what signals were. */
public interface SignalHistory {
  /**
   * The fleet's total at each step from {@code from} to {@code to}, oldest first; steps without
   * data are left out.
   *
   * @throws SignalException if the source has no usable answer; the message says why
   */
  List<Sample> history(SignalQuery query, Instant from, Instant to, Duration step)
      throws SignalException;
}
