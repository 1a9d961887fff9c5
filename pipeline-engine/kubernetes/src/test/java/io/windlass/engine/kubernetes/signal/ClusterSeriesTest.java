package io.windlass.engine.kubernetes.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.prometheus.PrometheusSettings;
import io.windlass.scaler.signal.prometheus.PrometheusSignals;
import io.windlass.scaler.signal.prometheus.RealPrometheus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real server, with series as cAdvisor and kube-state-metrics export them. */
final class ClusterSeriesTest {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final FleetId WORKER = FleetId.parse("acme/shop/production/worker");

  /** Its Deployment's name begins as that of {@link #WEB}. */
  private static final FleetId ADMIN = FleetId.parse("acme/shop/production/web-admin");

  private static final FleetId LONG =
      FleetId.parse("acme/shop/production/a-process-with-a-name-that-is-rather-long");

  /** The same names in another namespace. */
  private static final FleetId STRANGER = FleetId.parse("other/shop/production/web");

  private static final Map<FleetId, String> NAMESPACES =
      Map.of(WEB, "shop", WORKER, "shop", ADMIN, "shop", LONG, "shop", STRANGER, "strangers");

  private static final String BLUE = "shop-production-web-6d5f7c9b8-abcde";
  private static final String GREEN = "shop-production-web-green-5c9d6f7b4-fghij";
  private static final String OF_WORKER = "shop-production-worker-7b8c9d5f6-klmno";
  private static final String OF_ADMIN = "shop-production-web-admin-7b8c9d5f6-pqrst";

  /** The API server cuts a pod's name to 58 characters before it adds five. */
  private static final String OF_LONG =
      (Names.process(EnvironmentId.parse(LONG.environment()), LONG.process()) + "-6d5f7c9b8-")
              .substring(0, 58)
          + "uvwxy";

  private static final Instant START = Instant.now();

  @TempDir static Path folder;
  private static RealPrometheus server;
  private static PrometheusSignals signals;

  @BeforeAll
  static void start() throws Exception {
    RealPrometheus.needed();
    server = RealPrometheus.start(folder, ClusterSeriesTest::page);
    ClusterSeries series =
        new ClusterSeries(
            NAMESPACES::get, (fleet, release) -> release.equals("2") ? List.of(GREEN) : List.of());
    signals =
        new PrometheusSignals(
            new PrometheusSettings(
                server.url(), Duration.ofSeconds(5), Duration.ofSeconds(1), 1 << 20, 4),
            series,
            InstantSource.system());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            read(WEB, Optional.empty(), new Signal.Cpu()) instanceof Reading.PerReplica each
                && each.samples().size() == 2);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      signals.close();
      server.close();
    }
  }

  private static String page() {
    double seconds = Duration.between(START, Instant.now()).toMillis() / 1000.0;
    List<String> lines = new ArrayList<>();
    pod(lines, "shop", BLUE, seconds, 1);
    pod(lines, "shop", GREEN, seconds, 2);
    pod(lines, "shop", OF_WORKER, seconds, 4);
    pod(lines, "shop", OF_ADMIN, seconds, 8);
    pod(lines, "strangers", BLUE, seconds, 16);
    pod(lines, "shop", OF_LONG, seconds, 32);
    return String.join("\n", lines) + "\n";
  }

  private static void pod(
      List<String> lines, String namespace, String pod, double seconds, int rate) {
    String of = "namespace=\"" + namespace + "\",pod=\"" + pod + "\"";
    String cpu = "container_cpu_usage_seconds_total{";
    lines.add(cpu + of + ",container=\"web\"} " + seconds * rate * 0.1);
    // The sandbox, and the pod as a whole: counted, they would be counted twice.
    lines.add(cpu + of + ",container=\"POD\"} " + seconds * 100);
    lines.add(cpu + of + ",container=\"\"} " + seconds * 100);
    String network = "container_network_receive_bytes_total{" + of;
    lines.add(network + ",interface=\"eth0\"} " + seconds * rate * 1000);
    lines.add(network + ",interface=\"lo\"} " + seconds * 1e9);
    if (!pod.equals(OF_WORKER)) {
      lines.add(
          "kube_pod_container_resource_requests{"
              + of
              + ",container=\"web\",resource=\"cpu\",unit=\"core\"} 0.5");
    }
    lines.add("orders_total{" + of + "} " + seconds * rate);
  }

  private static Reading read(FleetId fleet, Optional<String> release, Signal signal) {
    SignalQuery query = new SignalQuery(fleet, release, signal, Duration.ofSeconds(4));
    return signals.read(List.of(query), Instant.now()).getFirst();
  }

  private static Map<String, Double> values(
      FleetId fleet, Optional<String> release, Signal signal) {
    Map<String, Double> values = new TreeMap<>();
    Reading reading = read(fleet, release, signal);
    assertThat(reading).as(reading.toString()).isInstanceOf(Reading.PerReplica.class);
    ((Reading.PerReplica) reading)
        .samples()
        .forEach((replica, sample) -> values.put(replica, sample.value()));
    return values;
  }

  @Test
  void measures_cpu_of_the_containers_against_what_they_request() {
    Map<String, Double> cpu = values(WEB, Optional.empty(), new Signal.Cpu());

    assertThat(cpu).containsOnlyKeys(BLUE, GREEN);
    assertThat(cpu.get(BLUE)).isPositive().isLessThan(0.3);
    assertThat(cpu.get(GREEN) / cpu.get(BLUE)).isCloseTo(2, within(0.1));
  }

  @Test
  void measures_network_of_the_pod_without_its_loopback() {
    Map<String, Double> in = values(WEB, Optional.empty(), new Signal.NetworkIn());

    assertThat(in).containsOnlyKeys(BLUE, GREEN);
    // How high a rate comes out depends on how many scrapes a busy machine has missed.
    assertThat(in.get(GREEN)).isPositive().isLessThan(3000);
    assertThat(in.get(GREEN) / in.get(BLUE)).isCloseTo(2, within(0.1));
  }

  @Test
  void measures_one_release_by_its_pods() {
    assertThat(values(WEB, Optional.of("2"), new Signal.CpuTime())).containsOnlyKeys(GREEN);
    assertThat(read(WEB, Optional.of("3"), new Signal.CpuTime()))
        .isInstanceOf(Reading.Missing.class);
  }

  @Test
  void keeps_fleets_apart_whose_names_begin_alike_or_are_the_same_elsewhere() {
    List<SignalQuery> queries =
        List.of(WEB, ADMIN, STRANGER).stream()
            .map(fleet -> SignalQuery.of(fleet, new Signal.CpuTime(), Duration.ofSeconds(4)))
            .toList();

    List<Reading> readings = signals.read(queries, Instant.now());

    assertThat(readings)
        .extracting(r -> ((Reading.PerReplica) r).samples().keySet().toString())
        .containsExactly("[" + BLUE + ", " + GREEN + "]", "[" + OF_ADMIN + "]", "[" + BLUE + "]");
    double own = ((Reading.PerReplica) readings.get(0)).samples().get(BLUE).value();
    double strange = ((Reading.PerReplica) readings.get(2)).samples().get(BLUE).value();
    assertThat(strange / own).isCloseTo(16, within(1.0));
  }

  @Test
  void finds_pods_whose_names_were_cut() {
    assertThat(values(LONG, Optional.empty(), new Signal.CpuTime())).containsOnlyKeys(OF_LONG);
  }

  @Test
  void says_why_there_may_be_no_data() {
    assertThat(read(WORKER, Optional.empty(), new Signal.Cpu()))
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing -> assertThat(missing.reason()).contains("app.resources.cpu"));
    assertThat(read(WEB, Optional.empty(), new Signal.Requests()))
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing -> assertThat(missing.reason()).contains("a cluster counts no requests"));
  }

  @Test
  void keeps_a_users_query_to_the_fleets_pods() {
    Reading total =
        read(WEB, Optional.empty(), new Signal.PromQl("sum(rate(orders_total[$window]))"));
    Map<String, Double> each =
        values(
            WEB, Optional.empty(), new Signal.PromQl("sum by (pod) (rate(orders_total[$window]))"));

    assertThat(total).isInstanceOf(Reading.Total.class);
    // Those of all pods would be 31 times as many.
    assertThat(((Reading.Total) total).sample().value()).isPositive().isLessThan(4);
    assertThat(each).containsOnlyKeys(BLUE, GREEN);
    assertThat(each.get(GREEN) / each.get(BLUE)).isCloseTo(2, within(0.1));
  }

  @Test
  void names_pods_as_workloads_are_named() {
    assertThat(BLUE).startsWith(Names.process(new EnvironmentId("acme/shop", "production"), "web"));
  }
}
