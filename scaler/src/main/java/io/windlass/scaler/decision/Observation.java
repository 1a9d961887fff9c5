package io.windlass.scaler.decision;

import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.signal.Reading;
import java.time.Duration;
import java.util.List;

/**
 * What is seen at one evaluation.
 *
 * @param readings one for each policy, in the policies' order; a policy without counts as missing
 * @param holds those that may concern the fleet; ended ones do nothing
 * @param interval how often the signals' source samples; two of them may pass before a sample is
 *     old
 */
public record Observation(
    FleetState fleet, List<Reading> readings, List<Hold> holds, Duration interval) {
  public Observation {
    readings = List.copyOf(readings);
    holds = List.copyOf(holds);
  }

  /** Of a source that measures at once. */
  public Observation(FleetState fleet, List<Reading> readings, List<Hold> holds) {
    this(fleet, readings, holds, Duration.ZERO);
  }
}
