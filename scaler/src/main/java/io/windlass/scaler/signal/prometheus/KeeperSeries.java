package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Signal;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the keeper exports; a user's own metrics have its labels too. */
final class KeeperSeries implements FleetSeries {
  private static final String RELEASE = "release";
  private static final String BY = "(fleet, release, replica)";

  @Override
  public Optional<Measure> measure(
      Signal signal, Collection<FleetId> fleets, Optional<String> release, String window) {
    String of = "{" + FLEET + "=~" + PromQlScope.quote(anyOf(fleets)) + releaseOf(release) + "}";
    return switch (signal) {
      case Signal.Cpu cpu -> {
        Measure used = rate("windlass_replica_cpu_seconds_total" + of, window);
        String limit = "max by " + BY + " (windlass_replica_cpu_limit_cores" + of + ")";
        yield Optional.of(new Measure(used.value() + " / on " + BY + " " + limit, used.scraped()));
      }
      case Signal.NetworkIn in ->
          Optional.of(rate("windlass_replica_network_receive_bytes_total" + of, window));
      case Signal.NetworkOut out ->
          Optional.of(rate("windlass_replica_network_transmit_bytes_total" + of, window));
      case Signal.Requests requests ->
          Optional.of(rate("windlass_replica_requests_total" + of, window));
      case Signal.RequestCount count ->
          Optional.of(over("increase", "windlass_replica_requests_total" + of, window));
      case Signal.InFlight inFlight -> {
        String gauge = "windlass_replica_in_flight" + of;
        yield Optional.of(new Measure("sum by " + BY + " (" + gauge + ")", scraped(gauge)));
      }
      case Signal.Errors errors ->
          Optional.of(rate("windlass_replica_request_errors_total" + of, window));
      case Signal.RequestTime requestTime ->
          Optional.of(rate("windlass_replica_request_seconds_total" + of, window));
      case Signal.CpuTime cpuTime ->
          Optional.of(rate("windlass_replica_cpu_seconds_total" + of, window));
      case Signal.PromQl promQl -> Optional.empty();
    };
  }

  @Override
  public String name(FleetId fleet) {
    return fleet.toString();
  }

  @Override
  public String matchers(FleetId fleet, Optional<String> release) {
    return FLEET + "=" + PromQlScope.quote(name(fleet)) + releaseOf(release);
  }

  @Override
  public String replica() {
    return REPLICA;
  }

  @Override
  public String hint(Signal signal) {
    return "";
  }

  private static Measure rate(String counter, String window) {
    return over("rate", counter, window);
  }

  /** The function before the sum: only so are counters that restart counted right. */
  private static Measure over(String function, String counter, String window) {
    String value = "sum by " + BY + " (" + function + "(" + counter + "[" + window + "]))";
    return new Measure(value, scraped(counter));
  }

  private static String scraped(String series) {
    return "max by " + BY + " (timestamp(" + series + "))";
  }

  private static String releaseOf(Optional<String> release) {
    return release.map(name -> "," + RELEASE + "=" + PromQlScope.quote(name)).orElse("");
  }

  private static String anyOf(Collection<FleetId> fleets) {
    return fleets.stream()
        .map(fleet -> PromQlScope.literal(fleet.toString()))
        .collect(Collectors.joining("|"));
  }
}
