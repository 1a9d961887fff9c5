package io.windlass.scaler.signal.prometheus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.scaler.syntax.Units;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a Prometheus server. No redirects, a limit on what is read and a deadline over the whole
 * answer: the server is the operator's, but what it sends is not trusted to end.
 */
final class PrometheusClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrometheusSettings settings;
  private final HttpClient http;
  private final Semaphore slots;

  PrometheusClient(PrometheusSettings settings) {
    this.settings = settings;
    this.slots = new Semaphore(settings.concurrency());
    this.http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** Evaluates now, by the server's own clock: no time is sent, so that ours need not be right. */
  Answer instant(String query) throws PrometheusException {
    return ask("query", Map.of("query", query));
  }

  Answer range(String query, Instant from, Instant to, Duration step) throws PrometheusException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("query", query);
    form.put("start", from.toString());
    form.put("end", to.toString());
    form.put("step", step.toMillis() + "ms");
    return ask("query_range", form);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private Answer ask(String endpoint, Map<String, String> form) throws PrometheusException {
    String timeout = settings.timeout().toMillis() + "ms";
    StringJoiner body = new StringJoiner("&").add("timeout=" + timeout);
    form.forEach(
        (name, value) -> body.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    HttpRequest request =
        HttpRequest.newBuilder(settings.api(endpoint))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    return read(send(request));
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws PrometheusException {
    long deadline = System.nanoTime() + settings.timeout().toNanos();
    try {
      if (!slots.tryAcquire(settings.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
        throw late();
      }
      try {
        // The client's own timeout ends with the headers; a body that never ends needs this one.
        CompletableFuture<HttpResponse<byte[]>> sent =
            http.sendAsync(
                request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), settings.maxAnswer()));
        try {
          return sent.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } finally {
          sent.cancel(true);
        }
      } finally {
        slots.release();
      }
    } catch (TimeoutException e) {
      throw late();
    } catch (ExecutionException e) {
      throw failed(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PrometheusException("asking Prometheus was interrupted");
    }
  }

  private Answer read(HttpResponse<byte[]> response) throws PrometheusException {
    JsonNode envelope;
    try {
      envelope = JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new PrometheusException(
          "Prometheus answered %d with no JSON".formatted(response.statusCode()));
    } catch (IOException e) {
      throw failed(e);
    }
    if (response.statusCode() != 200) {
      String error = Answer.shorten(envelope.path("error").asText());
      throw new PrometheusException(
          "Prometheus answered " + response.statusCode() + (error.isEmpty() ? "" : ": " + error));
    }
    return Answer.of(envelope);
  }

  private PrometheusException late() {
    return new PrometheusException(
        "Prometheus did not answer within " + Units.text(settings.timeout()));
  }

  private static PrometheusException failed(Throwable cause) {
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new PrometheusException("Prometheus cannot be read: " + Answer.shorten(why));
  }
}
