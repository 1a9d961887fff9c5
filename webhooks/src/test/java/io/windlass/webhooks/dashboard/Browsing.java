package io.windlass.webhooks.dashboard;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Asks a server for pages as a browser without scripts does. */
final class Browsing {
  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  private final SeededServer server;

  Browsing(SeededServer server) {
    this.server = server;
  }

  /** An answer. */
  record Page(HttpResponse<String> answer) {
    int status() {
      return answer.statusCode();
    }

    String html() {
      return answer.body();
    }

    String header(String name) {
      return answer.headers().firstValue(name).orElse("");
    }

    int bytes() {
      return answer.body().getBytes(StandardCharsets.UTF_8).length;
    }

    /** The page with its entities resolved, and its tags where they were. */
    String text() {
      return answer
          .body()
          .replace("&lt;", "<")
          .replace("&gt;", ">")
          .replace("&#34;", "\"")
          .replace("&#39;", "'")
          .replace("&amp;", "&");
    }
  }

  Page get(String path, String... headers) {
    HttpRequest.Builder request = request(path).header("Authorization", "Bearer " + server.token);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** Without proof of who asks. */
  Page stranger(String path) {
    return send(request(path).header("Accept", "text/html"));
  }

  Page post(String path, Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(one ->
                one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return send(
        request(path)
            .header("Authorization", "Bearer " + server.token)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** What a program asks. */
  Page ask(String path, String json) {
    return send(
        request(path)
            .header("Authorization", "Bearer " + server.token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private HttpRequest.Builder request(String path) {
    URI address = server.address(path);
    return HttpRequest.newBuilder(address);
  }

  private Page send(HttpRequest.Builder request) {
    try {
      return new Page(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
