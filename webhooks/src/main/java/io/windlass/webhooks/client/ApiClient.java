package io.windlass.webhooks.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/**
 * A client of a Windlass server's API. Answers are JSON trees; a refusal is an {@link
 * ApiException}.
 */
public final class ApiClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT_TIMEOUT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final URI server;
  private final String token;

  /**
   * @param server the server's address, for example {@code http://127.0.0.1:8080}
   * @param token an API token; sent as a bearer token and never printed
   */
  public ApiClient(URI server, String token) {
    this.server = server;
    this.token = token;
  }

  /** Reads {@code path}, which starts with a slash. */
  public JsonNode get(String path) throws ApiException {
    return send("GET", path, Optional.empty());
  }

  /** Reads {@code path} as text, for example a part of a log. */
  public String text(String path) throws ApiException {
    return exchange("GET", path, Optional.empty()).body();
  }

  /** Posts {@code body} as JSON. */
  public JsonNode post(String path, Object body) throws ApiException {
    return send("POST", path, Optional.of(body));
  }

  /** Puts {@code body} as JSON. */
  public JsonNode put(String path, Object body) throws ApiException {
    return send("PUT", path, Optional.of(body));
  }

  /** Deletes what stands at {@code path}. */
  public JsonNode delete(String path) throws ApiException {
    return send("DELETE", path, Optional.empty());
  }

  private JsonNode send(String method, String path, Optional<Object> body) throws ApiException {
    String answer = exchange(method, path, body).body();
    if (answer.isBlank()) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new ApiException(
          0,
          "Tried to "
              + method
              + " "
              + path
              + " but the answer is not JSON; is "
              + server
              + " a Windlass server?",
          e);
    }
  }

  private HttpResponse<String> exchange(String method, String path, Optional<Object> body)
      throws ApiException {
    HttpResponse<String> response;
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.resolve(path))
              .timeout(ANSWER_TIMEOUT)
              .header("Authorization", "Bearer " + token)
              .header("Accept", "application/json");
      if (body.isPresent()) {
        request.header("Content-Type", "application/json");
      }
      request.method(
          method,
          body.isPresent()
              ? BodyPublishers.ofString(JSON.writeValueAsString(body.get()))
              : BodyPublishers.noBody());
      response = http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new ApiException(
          0,
          "Tried to reach the server at "
              + server
              + " but "
              + cause(e)
              + "; is it running, and is the address right?",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(0, "Tried to " + method + " " + path + " but was interrupted", e);
    }
    if (response.statusCode() >= 400) {
      throw refusal(method, path, response);
    }
    return response;
  }

  private static String cause(IOException e) {
    return e.getMessage() == null ? "the connection was refused" : e.getMessage();
  }

  private static ApiException refusal(String method, String path, HttpResponse<String> response) {
    String said = response.body();
    try {
      JsonNode problem = JSON.readTree(said);
      said = problem.path("detail").asText(problem.path("title").asText(said));
    } catch (IOException e) {
      // Not a problem document: what was said stands as it is.
    }
    return new ApiException(
        response.statusCode(),
        "Tried to "
            + method
            + " "
            + path
            + " but the server answered "
            + response.statusCode()
            + ": "
            + said);
  }
}
