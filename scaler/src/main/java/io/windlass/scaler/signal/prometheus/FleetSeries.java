package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Signal;
import java.util.Collection;
import java.util.Optional;

/** How fleets are found in what a Prometheus server keeps: under which series and labels. */
public interface FleetSeries {
  /** The label of a {@link Measure} that tells fleets apart. */
  String FLEET = "fleet";

  /** The label of a {@link Measure} that tells replicas apart. */
  String REPLICA = "replica";

  /**
   * A named signal as PromQL. The results of both parts have the labels {@link #FLEET} and {@link
   * #REPLICA}.
   *
   * @param value each replica's
   * @param scraped when each replica was sampled last, in seconds since 1970
   */
  record Measure(String value, String scraped) {}

  /**
   * How a signal is measured for all of these fleets at once; empty where it is not.
   *
   * @param release only its replicas
   * @param window of rates, as Prometheus writes durations
   */
  Optional<Measure> measure(
      Signal signal, Collection<FleetId> fleets, Optional<String> release, String window);

  /** What the label {@link #FLEET} of a measure says for this fleet. */
  String name(FleetId fleet);

  /** What every selector of a user's own query must match, as {@code fleet="a",release="b"}. */
  String matchers(FleetId fleet, Optional<String> release);

  /** The label that tells replicas apart in a user's own query. */
  String replica();

  /** Why there may be no data of a signal; follows "no data of this fleet's cpu". */
  String hint(Signal signal);
}
