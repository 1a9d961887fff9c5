package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.engine.local.protocol.ReplicaSeries.Sample;
import io.windlass.engine.local.replica.Meter;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What was measured of replicas: for the scaler, and in Prometheus' text form. */
final class Figures {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final InstantSource clock;
  private final Meter meter;
  private final Supplier<KeeperState> state;
  private final Releases releases;

  Figures(InstantSource clock, Meter meter, Supplier<KeeperState> state, Releases releases) {
    this.clock = clock;
    this.meter = meter;
    this.state = state;
    this.releases = releases;
  }

  List<ReplicaSeries> samples(String fleet, Duration window, int points) {
    Instant since = clock.instant().minus(window);
    return state.get().fleet(fleet).stream()
        .map(m -> meter.series(m, since, points, cores(m)))
        .toList();
  }

  /** What it asks for; where it asks for nothing, one core: no replica's share is more. */
  private double cores(Member member) {
    return releases
        .process(member.release(), member.process())
        .map(s -> s.resources().cpuMillis())
        .filter(m -> m > 0)
        .map(m -> m / 1000.0)
        .orElse(1.0);
  }

  private record Line(Member member, double cores, Sample sample) {}

  String text() {
    List<Line> lines = new ArrayList<>();
    for (Member member : state.get().members().values()) {
      double cores = cores(member);
      ReplicaSeries series = meter.series(member, clock.instant().minus(FRESH), 2, cores);
      if (!series.samples().isEmpty()) {
        lines.add(new Line(member, cores, series.samples().getLast()));
      }
    }
    StringBuilder text = new StringBuilder();
    counter(text, lines, "cpu_seconds_total", "Processor time", Sample::cpuSeconds);
    counter(
        text, lines, "network_receive_bytes_total", "Bytes from clients", Sample::receivedBytes);
    counter(text, lines, "network_transmit_bytes_total", "Bytes to clients", Sample::sentBytes);
    counter(text, lines, "requests_total", "Requests", Sample::requests);
    counter(text, lines, "request_errors_total", "Requests that failed", Sample::errors);
    counter(
        text,
        lines,
        "request_seconds_total",
        "Time that answered requests took",
        sample -> sample.requestSeconds().orElse(0));
    gauge(text, lines, "in_flight", "Requests under way", l -> l.sample().inFlight());
    gauge(text, lines, "memory_bytes", "Memory", l -> l.sample().memoryBytes());
    gauge(text, lines, "cpu_limit_cores", "Cores asked for", Line::cores);
    return text.toString();
  }

  private static void counter(
      StringBuilder text,
      List<Line> lines,
      String name,
      String help,
      ToDoubleFunction<Sample> value) {
    family(text, lines, name, "counter", help, l -> value.applyAsDouble(l.sample()));
  }

  private static void gauge(
      StringBuilder text,
      List<Line> lines,
      String name,
      String help,
      Function<Line, Number> value) {
    family(text, lines, name, "gauge", help, l -> value.apply(l).doubleValue());
  }

  private static void family(
      StringBuilder text,
      List<Line> lines,
      String name,
      String type,
      String help,
      ToDoubleFunction<Line> value) {
    String full = "windlass_replica_" + name;
    text.append("# HELP ").append(full).append(' ').append(help).append(" of a replica.\n");
    text.append("# TYPE ").append(full).append(' ').append(type).append('\n');
    for (Line line : lines) {
      text.append(full)
          .append("{fleet=\"")
          .append(escaped(line.member().fleet()))
          .append("\",release=\"")
          .append(escaped(line.member().release()))
          .append("\",replica=\"")
          .append(escaped(line.member().id()))
          .append("\"} ")
          .append(number(value.applyAsDouble(line)))
          .append('\n');
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.6f", value);
  }

  private static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
