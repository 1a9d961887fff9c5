package io.windlass.scaler.decision;

import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * All that a rule may look at.
 *
 * @param holds those that hold now
 */
record Situation(
    Scaling scaling,
    FleetState fleet,
    List<Evidence> evidence,
    List<Hold> holds,
    Memory memory,
    Instant now) {
  int current() {
    return fleet.wanted();
  }

  /** How far back a fleet looks before it shrinks. */
  Duration lookback() {
    return lookback(scaling);
  }

  static Duration lookback(Scaling scaling) {
    Duration hold = scaling.scaleIn().hold();
    return hold.compareTo(Defaults.SIGNAL_WINDOW) > 0 ? hold : Defaults.SIGNAL_WINDOW;
  }
}
