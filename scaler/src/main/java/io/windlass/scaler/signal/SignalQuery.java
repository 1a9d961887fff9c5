package io.windlass.scaler.signal;

import io.windlass.scaler.fleet.FleetId;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks for one signal of one fleet.
 *
 * @param release only the replicas of this release; empty for all
 * @param window what rates are taken over; a source that samples rarely may widen it
 */
public record SignalQuery(FleetId fleet, Optional<String> release, Signal signal, Duration window) {
  public SignalQuery {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException(
          "Tried to ask for a signal over " + window + "; use a positive window");
    }
  }

  /** The signal over the whole fleet, whatever its releases. */
  public static SignalQuery of(FleetId fleet, Signal signal, Duration window) {
    return new SignalQuery(fleet, Optional.empty(), signal, window);
  }
}
