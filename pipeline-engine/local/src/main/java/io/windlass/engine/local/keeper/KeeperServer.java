package io.windlass.engine.local.keeper;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.protocol.Failure;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.protocol.StepStart;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocol over HTTP on the loopback. The JDK's own server: the keeper is there for years with
 * a request now and then, and a second server's memory would be for nothing.
 */
final class KeeperServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperServer.class);
  private static final int BODY_LIMIT = 4 << 20;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  private final HttpServer http;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
  private final byte[] expected;
  private final Answers answers;
  private final Figures figures;
  private volatile boolean leaving;

  KeeperServer(int port, String token, Answers answers, Figures figures) throws IOException {
    this.http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    this.expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    this.answers = answers;
    this.figures = figures;
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  int start() {
    http.start();
    return http.getAddress().getPort();
  }

  @Override
  public void close() {
    leaving = true;
    http.stop(0);
    threads.shutdownNow();
  }

  /** An answer on its way out. */
  private record Answer(int status, String type, String body) {
    static Answer json(Object value) {
      return new Answer(200, "application/json", text(value));
    }

    static Answer done() {
      return new Answer(204, "application/json", "");
    }

    static Answer failure(int status, String error) {
      return new Answer(status, "application/json", text(new Failure(error)));
    }

    private static String text(Object value) {
      return new String(Json.write(value), StandardCharsets.UTF_8);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = guarded(exchange);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer guarded(HttpExchange exchange) {
    String what = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    if (what.equals("GET /metrics")) {
      // Figures only; a Prometheus on this machine reads them without a secret.
      return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", figures.text());
    }
    String given =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected)) {
      return Answer.failure(
          401, "Tried to use the keeper without its token; read it from its directory");
    }
    try {
      return answer(what, exchange);
    } catch (NoSuchElementException e) {
      return Answer.failure(404, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException | ImageException e) {
      return Answer.failure(422, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.failure(503, "The keeper is going down");
    } catch (IOException | RuntimeException e) {
      if (leaving) {
        return Answer.failure(503, "The keeper is going down");
      }
      LOG.atWarn().addKeyValue("request", what).setCause(e).log("A request failed");
      return Answer.failure(500, String.valueOf(e.getMessage()));
    }
  }

  private Answer answer(String what, HttpExchange exchange)
      throws IOException, ImageException, InterruptedException {
    Map<String, String> query = query(exchange);
    return switch (what) {
      case "GET /v1/status" -> Answer.json(answers.status());
      case "GET /v1/fleets" -> Answer.json(answers.fleets());
      case "GET /v1/fleet" -> Answer.json(answers.fleet(need(query, "name")));
      case "POST /v1/fleet/size" -> {
        answers.resize(body(exchange, Resize.class));
        yield Answer.done();
      }
      case "POST /v1/releases" -> {
        answers.prepare(body(exchange, ReleaseSpec.class));
        yield Answer.done();
      }
      case "DELETE /v1/release" -> {
        answers.retire(need(query, "environment"), need(query, "release"));
        yield Answer.done();
      }
      case "DELETE /v1/environment" -> {
        answers.remove(need(query, "name"));
        yield Answer.done();
      }
      case "POST /v1/shift" -> {
        answers.shift(body(exchange, Shift.class));
        yield Answer.done();
      }
      case "GET /v1/rollout" ->
          Answer.json(answers.rollout(need(query, "environment"), need(query, "release")));
      case "GET /v1/samples" ->
          Answer.json(
              answers.samples(
                  need(query, "fleet"), millis(query, "window-ms"), number(query, "points")));
      case "GET /v1/replica/log" ->
          Answer.json(answers.log(need(query, "replica"), number(query, "lines")));
      case "POST /v1/stop-all" -> {
        answers.stopAll();
        yield Answer.done();
      }
      default -> step(what, query, exchange);
    };
  }

  private Answer step(String what, Map<String, String> query, HttpExchange exchange)
      throws IOException, InterruptedException {
    return switch (what) {
      case "POST /v1/steps" -> Answer.json(answers.steps().start(body(exchange, StepStart.class)));
      case "GET /v1/step" -> {
        Duration wait = millis(query, "wait-ms");
        yield Answer.json(
            answers
                .steps()
                .watch(need(query, "id"), wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait)
                .orElseThrow(() ->
                    new NoSuchElementException(
                        "Tried to watch step \""
                            + query.get("id")
                            + "\" but the keeper does not know it")));
      }
      case "GET /v1/step/log" ->
          Answer.json(answers.steps().log(need(query, "id"), number(query, "lines")));
      case "POST /v1/step/cancel" -> {
        answers.steps().cancel(need(query, "id"));
        yield Answer.done();
      }
      case "DELETE /v1/step" -> {
        answers.steps().acknowledge(need(query, "id"));
        yield Answer.done();
      }
      default ->
          Answer.failure(404, "Tried \"" + what + "\" but this keeper's protocol does not have it");
    };
  }

  private static <T> T body(HttpExchange exchange, Class<T> type) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
    if (body.length > BODY_LIMIT) {
      throw new IllegalArgumentException(
          "Tried to read a request but it is longer than " + BODY_LIMIT + " bytes");
    }
    try {
      return Json.read(body, type);
    } catch (IOException e) {
      // Not the parser's own message: it may quote the body, and that may hold secrets.
      throw new IllegalArgumentException(
          "Tried to read a " + type.getSimpleName() + " but the request's body is none", e);
    }
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> values = new HashMap<>();
    String raw = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  private static String need(Map<String, String> query, String name) {
    String value = query.get(name);
    if (value == null) {
      throw new IllegalArgumentException("Tried to answer but \"" + name + "\" is not given");
    }
    return value;
  }

  private static int number(Map<String, String> query, String name) {
    return Integer.parseInt(need(query, name));
  }

  private static Duration millis(Map<String, String> query, String name) {
    return Duration.ofMillis(Long.parseLong(need(query, name)));
  }
}
