package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.signal.Signal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The named signals as PromQL over what the keeper exports. One query reads a signal for many
 * fleets, and gives each replica's value and, in the same answer, when it was last scraped.
 */
final class NamedQueries {
  static final String FLEET = "fleet";
  static final String RELEASE = "release";
  static final String REPLICA = "replica";

  /** Tells values and times apart in one answer. */
  static final String PART = "windlass_part";

  static final String VALUE = "value";
  static final String TIME = "time";

  private static final String BY = "(fleet, release, replica)";

  private NamedQueries() {}

  /**
   * What a signal is measured by: each replica's value, and the series whose scrapes it rests on.
   */
  private record Measure(String value, String series) {}

  /**
   * Each replica's value and the time of its last scrape; empty for PromQL, which is its user's
   * own.
   */
  static Optional<String> withTimes(
      Signal signal, Collection<String> fleets, Optional<String> release, String window) {
    return measure(signal, fleets, release, window)
        .map(measure ->
            part(measure.value(), VALUE)
                + " or "
                + part("max by " + BY + " (timestamp(" + measure.series() + "))", TIME));
  }

  /** A fleet's total; empty for PromQL. */
  static Optional<String> total(
      Signal signal, String fleet, Optional<String> release, String window) {
    return measure(signal, List.of(fleet), release, window)
        .map(measure -> "sum(" + measure.value() + ")");
  }

  /**
   * When each replica of each selector was last scraped; {@link #PART} tells the selectors apart.
   */
  static String lastScrapes(List<String> selectors) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < selectors.size(); i++) {
      query
          .append(i == 0 ? "" : " or ")
          .append(
              part(
                  "max by (" + REPLICA + ") (timestamp(" + selectors.get(i) + "))",
                  String.valueOf(i)));
    }
    return query.toString();
  }

  private static Optional<Measure> measure(
      Signal signal, Collection<String> fleets, Optional<String> release, String window) {
    String of = "{" + FLEET + "=~" + PromQlScope.quote(anyOf(fleets)) + releaseOf(release) + "}";
    return switch (signal) {
      case Signal.Cpu cpu -> {
        Measure used = rate("windlass_replica_cpu_seconds_total" + of, window);
        String limit = "max by " + BY + " (windlass_replica_cpu_limit_cores" + of + ")";
        yield Optional.of(new Measure(used.value() + " / on " + BY + " " + limit, used.series()));
      }
      case Signal.NetworkIn in ->
          Optional.of(rate("windlass_replica_network_receive_bytes_total" + of, window));
      case Signal.NetworkOut out ->
          Optional.of(rate("windlass_replica_network_transmit_bytes_total" + of, window));
      case Signal.Requests requests ->
          Optional.of(rate("windlass_replica_requests_total" + of, window));
      case Signal.InFlight inFlight -> {
        String gauge = "windlass_replica_in_flight" + of;
        yield Optional.of(new Measure("sum by " + BY + " (" + gauge + ")", gauge));
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

  /** Rate before sum: only so are counters that restart counted right. */
  private static Measure rate(String counter, String window) {
    return new Measure("sum by " + BY + " (rate(" + counter + "[" + window + "]))", counter);
  }

  private static String part(String expression, String name) {
    return "label_replace(" + expression + ", \"" + PART + "\", \"" + name + "\", \"\", \"\")";
  }

  private static String releaseOf(Optional<String> release) {
    return release.map(name -> "," + RELEASE + "=" + PromQlScope.quote(name)).orElse("");
  }

  private static String anyOf(Collection<String> names) {
    return names.stream().map(NamedQueries::literal).collect(Collectors.joining("|"));
  }

  /** A name as a regular expression that matches it and nothing else. */
  private static String literal(String name) {
    return name.replaceAll("[\\\\.+*?()|\\[\\]{}^$]", "\\\\$0");
  }
}
