package io.windlass.scaler.signal.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalException;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.scaler.signal.SignalSourceContract;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real server, scraping a page whose counters rise at known rates. */
class PrometheusSignalsTest extends SignalSourceContract {
  private static final FleetId WEB = FleetId.parse("acme/shop.de/production/web");

  /** What {@link #WEB} would match if it were taken for a regular expression. */
  private static final FleetId LOOKALIKE = FleetId.parse("acme/shopxde/production/web");

  private static final Duration WINDOW = Duration.ofSeconds(1);

  /** CPU cores used by each replica of two, by its labels. */
  private static final Map<String, Double> CORES = new ConcurrentSkipListMap<>();

  private static final Instant START = Instant.now();

  @TempDir static Path folder;
  private static RealPrometheus server;
  private static PrometheusSignals signals;
  private SignalSource reached = signals;

  @BeforeAll
  static void start() throws Exception {
    RealPrometheus.needed();
    CORES.put(labels(WEB, "web-1"), 0.5);
    CORES.put(labels(WEB, "web-2"), 1.5);
    CORES.put(labels(LOOKALIKE, "web-9"), 9.0);
    CORES.put(labels(LOOKALIKE, "vanishing"), 1.0);
    server = RealPrometheus.start(folder, PrometheusSignalsTest::page);
    signals = signals(server.url());
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            read(WEB, new Signal.Cpu()) instanceof Reading.PerReplica each
                && each.samples().size() == 2);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      signals.close();
      server.close();
    }
  }

  @Override
  protected SignalSource source() {
    return (queries, now) -> reached.read(queries, now);
  }

  @Override
  protected SignalQuery known() {
    return SignalQuery.of(WEB, new Signal.Cpu(), WINDOW);
  }

  /** Nobody listens on port 1. */
  @Override
  protected void cutOff() {
    reached = signals(URI.create("http://127.0.0.1:1"));
  }

  @Test
  void measures_cpu_as_a_share_of_each_replicas_limit() {
    Reading.PerReplica each = (Reading.PerReplica) read(WEB, new Signal.Cpu());

    assertThat(each.samples()).containsOnlyKeys("web-1", "web-2");
    // How high a rate comes out depends on how many scrapes a busy machine has missed; how two
    // compare does not.
    double one = each.samples().get("web-1").value();
    assertThat(one).isPositive().isLessThan(0.5);
    assertThat(each.samples().get("web-2").value() / one).isCloseTo(3, within(0.1));
    assertThat(each.partial()).isFalse();
    assertThat(each.notes()).isEmpty();
    assertThat(each.samples().values())
        .allSatisfy(sample -> assertThat(sample.at()).isAfter(Instant.now().minusSeconds(30)));
  }

  @Test
  void measures_every_named_signal() {
    for (Signal signal :
        List.of(
            new Signal.NetworkIn(),
            new Signal.NetworkOut(),
            new Signal.Requests(),
            new Signal.RequestCount(),
            new Signal.InFlight(),
            new Signal.Errors(),
            new Signal.RequestTime(),
            new Signal.CpuTime())) {
      assertThat(read(WEB, signal)).as(signal.name()).isInstanceOf(Reading.PerReplica.class);
    }
  }

  @Test
  void measures_one_release_alone() {
    SignalQuery none = new SignalQuery(WEB, Optional.of("8"), new Signal.Cpu(), WINDOW);
    SignalQuery seven = new SignalQuery(WEB, Optional.of("7"), new Signal.Cpu(), WINDOW);

    List<Reading> readings = signals.read(List.of(none, seven), Instant.now());

    assertThat(readings.get(0)).isInstanceOf(Reading.Missing.class);
    assertThat(readings.get(1)).isInstanceOf(Reading.PerReplica.class);
  }

  @Test
  void keeps_a_users_query_to_its_own_fleet() {
    String expression = "sum(max_over_time(windlass_replica_in_flight[$window])) # of all";

    Reading.Total total = (Reading.Total) read(WEB, new Signal.PromQl(expression));

    assertThat(total.sample().value()).isEqualTo(6);
    assertThat(total.members()).containsOnlyKeys("web-1", "web-2");
  }

  @Test
  void keeps_the_replicas_apart_where_a_users_query_does() {
    Reading reading =
        read(
            WEB,
            new Signal.PromQl("sum by (replica) (rate(windlass_replica_requests_total[$window]))"));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Reading.PerReplica.class,
            each -> assertThat(each.samples()).containsOnlyKeys("web-1", "web-2"));
  }

  @Test
  void does_not_take_a_made_up_zero_for_no_traffic() {
    Reading reading =
        read(WEB, new Signal.PromQl("sum(rate(no_such_metric_total[$window])) or vector(0)"));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing ->
                assertThat(missing.reason())
                    .isEqualTo("nothing that the query measures is being scraped"));
  }

  @Test
  void takes_a_division_by_nothing_for_no_data() {
    Reading reading =
        read(WEB, new Signal.PromQl("sum(windlass_replica_idle) / sum(windlass_replica_idle)"));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing ->
                assertThat(missing.reason()).isEqualTo("the query's result is not a number"));
  }

  @Test
  void says_what_the_server_says_against_a_query() {
    Reading reading = read(WEB, new Signal.PromQl("rate(windlass_replica_in_flight)"));

    assertThat(reading)
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing ->
                assertThat(missing.reason())
                    .startsWith("Prometheus answered 400: ")
                    .contains("range vector"));
  }

  @Test
  void lets_go_of_a_replica_at_once_when_it_is_gone() {
    await().until(() -> replicas(LOOKALIKE).contains("vanishing"));
    CORES.remove(labels(LOOKALIKE, "vanishing"));

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(replicas(LOOKALIKE)).containsExactly("web-9"));
  }

  @Test
  void tells_what_a_signal_was() throws SignalException {
    Instant now = Instant.now();

    List<Sample> samples =
        signals.history(
            SignalQuery.of(WEB, new Signal.InFlight(), WINDOW),
            now.minusSeconds(60),
            now,
            Duration.ofSeconds(1));

    assertThat(samples).isNotEmpty().allSatisfy(sample -> assertThat(sample.value()).isEqualTo(6));
    assertThat(samples).extracting(Sample::at).isSorted();
  }

  /** What the scope understands and the server accepted before, the server accepts afterwards. */
  @Test
  void scopes_expressions_into_ones_that_the_server_parses() throws PromQlException {
    long seed = 20260302;
    SplittableRandom random = new SplittableRandom(seed);
    int accepted = 0;
    for (int i = 0; i < 300; i++) {
      String written = expression(random, 3);
      String scoped = PromQlScope.scope(written, Map.of("fleet", "a\"b\\c"), "60s").expression();
      if (server.parses(written.replace("$window", "60s"))) {
        accepted++;
        assertThat(server.parses(scoped))
            .as("seed %d: %s became %s", seed, written, scoped)
            .isTrue();
      }
    }
    assertThat(accepted).as("seed %d: the generator makes sense", seed).isGreaterThan(150);
  }

  private static String expression(SplittableRandom random, int depth) {
    String selector =
        new String[] {"up", "{__name__='up'}", "job:x:sum{a=~\"b|c\",}", "http_total{code!~'5..'}"}
            [random.nextInt(4)];
    if (depth == 0) {
      return selector;
    }
    String inner = expression(random, depth - 1);
    return switch (random.nextInt(9)) {
      case 0 -> "sum by (a,b) (" + inner + ")";
      case 1 -> "topk(3, " + inner + ") without(c)";
      case 2 -> "rate(" + selector + "[$window] offset 5m)";
      case 3 -> "max_over_time((" + inner + ")[1h30m:1m])";
      case 4 -> inner + " / on (a) group_left (b,c) " + expression(random, depth - 1);
      case 5 -> inner + " > bool -1.5e3";
      case 6 -> "(" + inner + ") unless ignoring(a) " + selector + " # done\n";
      case 7 -> "label_replace(" + inner + ", \"x\", '$1}{', \"y\", `(.*)`)";
      default -> "- " + inner + " ^ 2 % 7 or vector(0)";
    };
  }

  private static List<String> replicas(FleetId fleet) {
    return read(fleet, new Signal.Cpu()) instanceof Reading.PerReplica each
        ? List.copyOf(each.samples().keySet())
        : List.of();
  }

  private static Reading read(FleetId fleet, Signal signal) {
    return signals.read(List.of(SignalQuery.of(fleet, signal, WINDOW)), Instant.now()).getFirst();
  }

  private static PrometheusSignals signals(URI url) {
    return new PrometheusSignals(
        new PrometheusSettings(url, Duration.ofSeconds(10), Duration.ofSeconds(1), 1 << 20, 4),
        InstantSource.system());
  }

  private static String labels(FleetId fleet, String replica) {
    return "{fleet=\"%s\",release=\"7\",replica=\"%s\"}".formatted(fleet, replica);
  }

  private static String page() {
    double seconds = Duration.between(START, Instant.now()).toMillis() / 1000.0;
    StringBuilder page = new StringBuilder();
    CORES.forEach((labels, cores) ->
        page.append(
            RealPrometheus.page(
                "windlass_replica_cpu_seconds_total" + labels + " " + cores * seconds,
                "windlass_replica_cpu_limit_cores" + labels + " 2",
                "windlass_replica_network_receive_bytes_total" + labels + " " + 1000 * seconds,
                "windlass_replica_network_transmit_bytes_total" + labels + " " + 2000 * seconds,
                "windlass_replica_requests_total" + labels + " " + 10 * seconds,
                "windlass_replica_request_errors_total" + labels + " " + seconds,
                "windlass_replica_request_seconds_total" + labels + " " + 2 * seconds,
                "windlass_replica_in_flight" + labels + " 3",
                "windlass_replica_idle" + labels + " 0")));
    return page.toString();
  }
}
