package io.windlass.engine.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Single calls of GitHub's REST API on {@code java.net.http}: github-api 1.330 has no hook
 * deliveries, and where GitHub says "not now" it sleeps in the calling thread or throws, while the
 * journal wants the time to come back at.
 *
 * <p>Follows no redirect, so a token goes nowhere but to the configured API.
 */
final class GitHubCalls implements AutoCloseable {
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>;\\s*rel=\"next\"");

  private final GitHubSettings settings;
  private final InstantSource clock;
  private final HttpClient client;
  private final ObjectMapper json = new ObjectMapper();

  /** A 2xx answer; {@code next} is the path of the page after this one. */
  record Reply(JsonNode body, Optional<String> next) {}

  GitHubCalls(GitHubSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(settings.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** {@code what} completes "Tried to ..." where it fails. */
  Answer<Reply> get(String what, String path, String token) throws SourceHostException {
    return send(what, request(path, token).GET().build());
  }

  Answer<Reply> post(String what, String path, String token, Map<String, ?> body)
      throws SourceHostException {
    String text;
    try {
      text = json.writeValueAsString(body);
    } catch (JsonProcessingException impossible) {
      throw new IllegalArgumentException(
          "Tried to " + what + " but its values are no JSON; this is a mistake of ours",
          impossible);
    }
    return send(
        what,
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(text))
            .build());
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create(settings.api() + path))
        .timeout(settings.timeout())
        .header("Accept", "application/vnd.github+json")
        .header("X-GitHub-Api-Version", "2022-11-28")
        .header("User-Agent", "windlass")
        .header("Authorization", "Bearer " + token);
  }

  private Answer<Reply> send(String what, HttpRequest request) throws SourceHostException {
    String tried = "Tried to " + what + " but ";
    // The request's own timeout ends with the headers; the body has to come in the same time.
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(
            request,
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), settings.maxResponseBytes()));
    try {
      return answer(tried, call.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException slow) {
      call.cancel(true);
      throw new SourceHostException(
          tried
              + host()
              + " did not answer within "
              + settings.timeout().toMillis()
              + " ms; it is tried again",
          slow);
    } catch (ExecutionException failed) {
      throw new SourceHostException(
          tried + host() + " could not be used: " + failed.getCause() + "; it is tried again",
          failed);
    } catch (InterruptedException interrupted) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      throw new SourceHostException(tried + "it was interrupted; it is tried again", interrupted);
    }
  }

  private Answer<Reply> answer(String tried, HttpResponse<byte[]> response)
      throws SourceHostException {
    int status = response.statusCode();
    if (status / 100 == 2) {
      return new Answer.Given<>(new Reply(body(response, tried), next(response)));
    }
    if (status >= 500 || status == 408) {
      throw new SourceHostException(tried + host() + " answered " + status + "; it is tried again");
    }
    String said = said(response);
    Optional<Instant> until = RateLimit.until(response.headers(), status, said, clock.instant());
    return until.isPresent()
        ? new Answer.RateLimited<>(
            until.get(), tried + host() + " wants fewer requests until " + until.get())
        : new Answer.Refused<>(tried + refusal(status, said));
  }

  private String refusal(int status, String said) {
    return switch (status) {
      case 401 ->
          host() + " does not know the credentials; check the token, or the App's id and key";
      case 403 ->
          host() + " does not allow it: " + said + "; give the token or App that permission";
      case 404 ->
          host()
              + " has no such thing, or the credentials may not see it; check the name and the permissions";
      case 301, 302, 307, 308 -> "it has moved; configure the repository under its new name";
      default -> host() + " answered " + status + ": " + said;
    };
  }

  private JsonNode body(HttpResponse<byte[]> response, String tried) throws SourceHostException {
    try {
      return json.readTree(response.body());
    } catch (IOException unreadable) {
      throw new SourceHostException(
          tried + host() + " answered something that is not JSON; check the API's address",
          unreadable);
    }
  }

  /** GitHub's own words on a refusal, shortened; never what we sent. */
  private String said(HttpResponse<byte[]> response) {
    try {
      JsonNode body = json.readTree(response.body());
      StringBuilder text = new StringBuilder(body.path("message").asText("nothing"));
      body.path("errors")
          .forEach(error ->
              text.append(", ").append(error.path("message").asText(error.path("code").asText())));
      return Body.cut(text.toString(), 300);
    } catch (IOException unreadable) {
      return "nothing that is JSON";
    }
  }

  /** The next page, if it is on the API that the token is for. */
  private Optional<String> next(HttpResponse<byte[]> response) {
    return response
        .headers()
        .firstValue("Link")
        .map(NEXT::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .filter(url -> url.startsWith(settings.api() + "/"))
        .map(url -> url.substring(settings.api().toString().length()));
  }

  private String host() {
    return settings.api().getHost();
  }

  @Override
  public void close() {
    client.close();
  }
}
