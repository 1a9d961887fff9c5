package io.windlass.scaler.signal.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalException;
import io.windlass.scaler.signal.SignalQuery;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that speaks Prometheus' API and does everything wrong that one can. */
class PrometheusFaultsTest {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
  private static final double EPOCH = NOW.getEpochSecond();
  private static final SignalQuery CPU =
      SignalQuery.of(WEB, new Signal.Cpu(), Duration.ofSeconds(30));
  private static final SignalQuery ORDERS =
      SignalQuery.of(
          WEB, new Signal.PromQl("sum(rate(orders_total[$window]))"), Duration.ofSeconds(30));

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private PrometheusSignals signals;
  private volatile HttpHandler answer;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          asked.add(
              exchange.getRequestURI() + " " + URLDecoder.decode(body, StandardCharsets.UTF_8));
          answer.handle(exchange);
          exchange.close();
        });
    server.start();
    signals = source(Duration.ofSeconds(10), 1 << 16);
  }

  @AfterEach
  void stop() {
    end.countDown();
    signals.close();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void is_partial_when_the_server_warns() {
    answer = json(200, cpu(0.5, EPOCH - 10, "\"warnings\":[\"a store did not answer\"],"));

    assertThat(read(CPU))
        .isInstanceOfSatisfying(
            Reading.PerReplica.class,
            each -> {
              assertThat(each.partial()).isTrue();
              assertThat(each.notes()).contains("Prometheus warns: a store did not answer");
            });
  }

  @Test
  void gives_each_sample_the_age_that_it_has_on_the_servers_clock() {
    double skewed = EPOCH + 3_700;
    answer = json(200, vector("", value("web-1", 0.5, skewed), time("web-1", skewed - 7, skewed)));

    assertThat(read(CPU))
        .isInstanceOfSatisfying(
            Reading.PerReplica.class,
            each -> {
              assertThat(each.samples().get("web-1").at()).isEqualTo(NOW.minusSeconds(7));
              assertThat(each.notes())
                  .containsExactly("Prometheus' clock is more than 1h ahead of ours");
            });
  }

  @Test
  void sends_no_time_of_its_own_and_takes_the_window_over_four_scrapes() {
    answer = json(200, cpu(0.5, EPOCH - 10, ""));

    read(CPU);

    assertThat(asked)
        .singleElement()
        .asString()
        .startsWith("/base/api/v1/query ")
        .contains("[60000ms]")
        .doesNotContain("&time=");
  }

  @Test
  void reads_a_named_signal_of_all_fleets_with_one_question() {
    answer = json(200, cpu(0.5, EPOCH - 10, ""));
    List<SignalQuery> queries = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      queries.add(
          SignalQuery.of(
              FleetId.parse("acme/shop" + i + "/production/web"),
              new Signal.Cpu(),
              Duration.ofSeconds(30)));
    }
    queries.add(CPU);

    List<Reading> readings = signals.read(queries, NOW);

    assertThat(asked).hasSize(1);
    assertThat(readings.getFirst()).isInstanceOf(Reading.Missing.class);
    assertThat(readings.getLast()).isInstanceOf(Reading.PerReplica.class);
  }

  @ParameterizedTest
  @CsvSource({"NaN", "+Inf", "-Inf"})
  void takes_no_number_for_no_data(String value) {
    answer = json(200, vector("", value("web-1", value, EPOCH), time("web-1", EPOCH, EPOCH)));

    assertThat(missing(CPU)).isEqualTo("Prometheus has no data of this fleet's cpu");
  }

  @Test
  void takes_a_value_without_a_living_series_for_no_data() {
    answer =
        exchange ->
            json(200, asked.getLast().contains("timestamp") ? vector("") : vector("", total(0)))
                .handle(exchange);

    assertThat(missing(ORDERS)).isEqualTo("nothing that the query measures is being scraped");
  }

  @Test
  void takes_several_results_for_no_data_and_says_what_to_do() {
    answer = json(200, vector("", total(1), series("\"code\":\"500\"", "2", EPOCH)));

    assertThat(missing(ORDERS)).isEqualTo("the query has 2 results; make it one, as with sum(...)");
  }

  @Test
  void names_the_replicas_that_a_total_rests_on() {
    answer =
        exchange ->
            json(
                    200,
                    asked.getLast().contains("timestamp")
                        ? vector("", scrape("web-1", 3), scrape("web-2", 90))
                        : vector("", total(12)))
                .handle(exchange);

    assertThat(read(ORDERS))
        .isInstanceOfSatisfying(
            Reading.Total.class,
            total -> {
              assertThat(total.sample().value()).isEqualTo(12);
              assertThat(total.sample().at()).isEqualTo(NOW.minusSeconds(3));
              assertThat(total.members())
                  .containsEntry("web-1", NOW.minusSeconds(3))
                  .containsEntry("web-2", NOW.minusSeconds(90));
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "503 | {\"status\":\"error\",\"error\":\"query timed out\"} | Prometheus answered 503: query timed out",
        "502 | <html>bad gateway</html> | Prometheus answered 502 with no JSON",
        "302 | {} | Prometheus answered 302",
        "200 | {\"status\":\"error\",\"error\":\"no\",\"data\":{}} | Prometheus refused the query: no",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}} | Prometheus has no data of this fleet's cpu",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{}}]}} | something other than a time and a value",
        "200 | {\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1,\"x\"]}} | something other than numbers",
        "200 | [] | Prometheus refused the query",
        "200 | {\"status\":\"success\" | with no JSON",
      })
  void says_what_was_wrong_with_an_answer(int status, String body, String expected) {
    answer = json(status, body);

    assertThat(missing(CPU)).contains(expected);
  }

  @Test
  void follows_no_redirect() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          json(307, "{}").handle(exchange);
        };

    assertThat(missing(CPU)).isEqualTo("Prometheus answered 307");
    assertThat(asked).hasSize(1);
  }

  @Test
  void reads_no_more_than_its_limit() {
    answer = json(200, "{\"status\":\"" + "x".repeat(1 << 17) + "\"}");

    assertThat(missing(CPU)).startsWith("Prometheus cannot be read: ");
  }

  @Test
  void waits_no_longer_than_its_timeout_for_headers() {
    signals.close();
    signals = source(Duration.ofMillis(200), 1 << 16);
    answer = exchange -> awaitQuietly();

    assertThat(missing(CPU)).isEqualTo("Prometheus did not answer within 200ms");
  }

  @Test
  void waits_no_longer_than_its_timeout_for_a_body_that_does_not_end() {
    signals.close();
    signals = source(Duration.ofMillis(200), 1 << 16);
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream body = exchange.getResponseBody();
          body.write('{');
          body.flush();
          awaitQuietly();
        };

    assertThat(missing(CPU)).isEqualTo("Prometheus did not answer within 200ms");
  }

  @Test
  void is_not_held_up_by_a_query_that_is_refused() {
    answer = json(200, cpu(0.5, EPOCH - 10, ""));
    SignalQuery wrong = SignalQuery.of(WEB, new Signal.PromQl("sum(up"), Duration.ofSeconds(30));

    List<Reading> readings = signals.read(List.of(wrong, CPU), NOW);

    assertThat(readings.get(0))
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing -> assertThat(missing.reason()).contains("found the end"));
    assertThat(readings.get(1)).isInstanceOf(Reading.PerReplica.class);
  }

  @Test
  void asks_for_a_long_history_in_pieces() throws SignalException {
    answer =
        json(
            200,
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[["
                + EPOCH
                + ",\"3\"],["
                + (EPOCH + 15)
                + ",\"NaN\"]]}]}}");

    var samples = signals.history(CPU, NOW.minus(Duration.ofDays(3)), NOW, Duration.ofSeconds(15));

    assertThat(asked).as("17281 points, 11000 at a time").hasSize(2);
    assertThat(samples).hasSize(2);
  }

  @Test
  void says_why_it_has_no_history() {
    answer = json(503, "{}");

    assertThatThrownBy(
            () -> signals.history(CPU, NOW.minusSeconds(60), NOW, Duration.ofSeconds(15)))
        .isInstanceOf(SignalException.class)
        .hasMessage(
            "Tried to read what cpu of acme/shop/production/web was but Prometheus answered 503");
  }

  @ParameterizedTest
  @CsvSource({"file:///etc/passwd", "http://user:secret@host:9090", "http:9090"})
  void refuses_an_address_that_is_no_server(URI url) {
    assertThatThrownBy(() -> PrometheusSettings.of(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://host:9090")
        .hasMessageNotContaining("secret");
  }

  private PrometheusSignals source(Duration timeout, long maxAnswer) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/base");
    return new PrometheusSignals(
        new PrometheusSettings(url, timeout, Duration.ofSeconds(15), maxAnswer, 4), () -> NOW);
  }

  private Reading read(SignalQuery query) {
    return signals.read(List.of(query), NOW).getFirst();
  }

  private String missing(SignalQuery query) {
    return switch (read(query)) {
      case Reading.Missing missing -> missing.reason();
      case Reading.PerReplica each -> throw new AssertionError("not missing: " + each);
      case Reading.Total total -> throw new AssertionError("not missing: " + total);
    };
  }

  private static HttpHandler json(int status, String body) {
    return (HttpExchange exchange) -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  private static String cpu(double share, double at, String more) {
    return vector(more, value("web-1", share, EPOCH), time("web-1", at, EPOCH));
  }

  private static String vector(String more, String... series) {
    return "{\"status\":\"success\","
        + more
        + "\"data\":{\"resultType\":\"vector\",\"result\":["
        + String.join(",", series)
        + "]}}";
  }

  private static String value(String replica, Object value, double now) {
    return series(labels(replica, "value"), value, now);
  }

  private static String time(String replica, double at, double now) {
    return series(labels(replica, "time"), at, now);
  }

  private static String total(double value) {
    return series("", value, EPOCH);
  }

  private static String scrape(String replica, double age) {
    return series("\"replica\":\"" + replica + "\",\"windlass_part\":\"0\"", EPOCH - age, EPOCH);
  }

  private static String labels(String replica, String part) {
    return "\"fleet\":\"%s\",\"release\":\"1\",\"replica\":\"%s\",\"windlass_part\":\"%s\""
        .formatted(WEB, replica, part);
  }

  private static String series(String labels, Object value, double now) {
    return "{\"metric\":{" + labels + "},\"value\":[" + now + ",\"" + value + "\"]}";
  }

  private void awaitQuietly() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
