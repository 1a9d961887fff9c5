package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.engine.local.protocol.ReplicaSeries.Sample;
import io.windlass.engine.local.proxy.ProxyStats;
import io.windlass.engine.local.proxy.ProxyStats.ReleaseStats;
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
import java.util.stream.IntStream;

/**
 * What was measured of replicas: for the scaler, and in Prometheus' text form. There also what was
 * measured of releases, which goes on when their replicas change.
 */
final class Figures {
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final String REQUESTS = "windlass_release_requests_total";
  private static final String ERRORS = "windlass_release_request_errors_total";
  private static final String DURATION = "windlass_release_request_duration_seconds";
  private static final double NANOS = 1e9;

  /** From 1 ms to 67 s, each twice the one before: ends of the buckets that are counted in. */
  private static final List<Duration> BOUNDS =
      IntStream.rangeClosed(10, 26).mapToObj(i -> Duration.ofNanos(1_000L << i)).toList();

  private final InstantSource clock;
  private final Meter meter;
  private final Supplier<KeeperState> state;
  private final Supplier<ProxyStats> proxy;
  private final Releases releases;

  Figures(
      InstantSource clock,
      Meter meter,
      Supplier<KeeperState> state,
      Supplier<ProxyStats> proxy,
      Releases releases) {
    this.clock = clock;
    this.meter = meter;
    this.state = state;
    this.proxy = proxy;
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
    byRelease(text);
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
    head(text, full, type, help + " of a replica.");
    for (Line line : lines) {
      String replica = ",replica=\"" + escaped(line.member().id()) + "\"";
      line(
          text,
          full,
          labels(line.member().fleet(), line.member().release()) + replica,
          value.applyAsDouble(line));
    }
  }

  /** Of the releases that may still serve: those that were retired are nobody's question. */
  private void byRelease(StringBuilder text) {
    List<ReleaseStats> known =
        proxy.get().releases().stream()
            .filter(stats -> releases.find(stats.release()).isPresent())
            .toList();
    head(text, REQUESTS, "counter", "Requests to a release.");
    known.forEach(r -> line(text, REQUESTS, labels(r), r.traffic().requests()));
    head(text, ERRORS, "counter", "Requests to a release that failed.");
    known.forEach(r -> line(text, ERRORS, labels(r), r.traffic().errors()));
    head(text, DURATION, "histogram", "Time until a release began to answer.");
    for (ReleaseStats stats : known) {
      ProxyStats.Latency latency = stats.traffic().latency();
      for (Duration bound : BOUNDS) {
        String le = ",le=\"" + number(bound.toNanos() / NANOS) + "\"";
        line(text, DURATION + "_bucket", labels(stats) + le, latency.within(bound));
      }
      line(text, DURATION + "_bucket", labels(stats) + ",le=\"+Inf\"", latency.count());
      line(text, DURATION + "_sum", labels(stats), latency.sum().toNanos() / NANOS);
      line(text, DURATION + "_count", labels(stats), latency.count());
    }
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder text, String name, String labels, Number value) {
    text.append(name)
        .append('{')
        .append(labels)
        .append("} ")
        .append(number(value.doubleValue()))
        .append('\n');
  }

  private static String labels(ReleaseStats stats) {
    return labels(stats.fleet(), stats.release());
  }

  private static String labels(String fleet, String release) {
    return "fleet=\"" + escaped(fleet) + "\",release=\"" + escaped(release) + '"';
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
