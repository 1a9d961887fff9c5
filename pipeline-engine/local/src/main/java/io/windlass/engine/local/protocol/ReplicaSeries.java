package io.windlass.engine.local.protocol;

import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What was measured of one replica within the window asked for.
 *
 * @param phase now
 * @param since start of that phase
 * @param taken samples within the window; {@code samples} may be thinned
 * @param meanInFlight over all samples of the window
 * @param cpuLimitCores what it may use at most, or the machine's share where it has no limit
 */
public record ReplicaSeries(
    String replica,
    String release,
    Phase phase,
    Instant since,
    int taken,
    double meanInFlight,
    double cpuLimitCores,
    List<Sample> samples) {
  public ReplicaSeries {
    samples = List.copyOf(samples);
  }

  /**
   * One look. Everything but {@code memoryBytes} and {@code inFlight} counts up from the start of
   * the replica's process, which may be newer than the replica.
   *
   * @param cpuSeconds of all its processes
   * @param receivedBytes of request heads and bodies that the proxy passed to it
   * @param sentBytes of answers
   * @param errors requests without an answer, or with one of 500 and above
   * @param requestSeconds that the answered requests took; empty from a keeper that does not
   *     measure it
   */
  public record Sample(
      Instant at,
      double cpuSeconds,
      long memoryBytes,
      long receivedBytes,
      long sentBytes,
      long requests,
      long errors,
      OptionalDouble requestSeconds,
      long inFlight) {}
}
