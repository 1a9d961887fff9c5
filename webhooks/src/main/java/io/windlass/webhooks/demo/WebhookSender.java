package io.windlass.webhooks.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Delivers {@code push} events as GitHub does: the same headers, and an HMAC-SHA256 of the raw body
 * under the hook's secret.
 *
 * @param hook where deliveries go
 * @param secret the hook's secret
 * @param repository the repository's full name
 */
public record WebhookSender(URI hook, String secret, String repository) {
  private static final String ABSENT = "0".repeat(40);
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One push as GitHub tells of it. Delivered again it is the same, id and bytes.
   *
   * @param deliveryId GitHub's id of the delivery
   * @param before what the branch named before; empty where it is new
   * @param after what it names now
   * @param forced whether commits were taken away
   */
  public record Push(
      String deliveryId,
      String branch,
      String before,
      String after,
      boolean forced,
      String message) {}

  /** What came back for one delivery. */
  public record Receipt(String deliveryId, int status) {}

  /**
   * Tells the server that {@code branch} moved from {@code before} (empty: it is new) to {@code
   * after}.
   */
  public Receipt push(String branch, String before, String after, String message)
      throws IOException, InterruptedException {
    return deliver(new Push(UUID.randomUUID().toString(), branch, before, after, false, message));
  }

  /** Delivers a push once, with no second try. */
  public Receipt deliver(Push push) throws IOException, InterruptedException {
    byte[] body = JSON.writeValueAsBytes(payload(push));
    HttpRequest request =
        HttpRequest.newBuilder(hook)
            .header("Content-Type", "application/json")
            .header("User-Agent", "GitHub-Hookshot/demo")
            .header("X-GitHub-Event", "push")
            .header("X-GitHub-Delivery", push.deliveryId())
            .header("X-Hub-Signature-256", "sha256=" + hmac(body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new Receipt(
          push.deliveryId(), http.send(request, BodyHandlers.discarding()).statusCode());
    }
  }

  private Map<String, Object> payload(Push push) {
    String before = push.before().isEmpty() ? ABSENT : push.before();
    String owner = repository.substring(0, repository.indexOf('/'));
    String name = repository.substring(repository.indexOf('/') + 1);
    Map<String, Object> person =
        Map.of("name", "Demo", "email", "demo@example.com", "username", "demo");
    Map<String, Object> commit =
        Map.of(
            "id",
            push.after(),
            "message",
            push.message(),
            "author",
            person,
            "committer",
            person,
            "timestamp",
            "2026-01-01T00:00:00Z",
            "url",
            "https://example.com/commit/" + push.after(),
            "added",
            List.of(),
            "removed",
            List.of(),
            "modified",
            List.of());
    return Map.ofEntries(
        Map.entry("ref", "refs/heads/" + push.branch()),
        Map.entry("before", before),
        Map.entry("after", push.after()),
        Map.entry("created", before.equals(ABSENT)),
        Map.entry("deleted", false),
        Map.entry("forced", push.forced()),
        Map.entry("compare", "https://example.com/compare"),
        Map.entry("commits", List.of(commit)),
        Map.entry("head_commit", commit),
        Map.entry("pusher", Map.of("name", "demo", "email", "demo@example.com")),
        Map.entry("sender", Map.of("login", "demo", "id", 1, "type", "User")),
        Map.entry(
            "repository",
            Map.of(
                "id",
                1,
                "name",
                name,
                "full_name",
                repository,
                "private",
                true,
                "default_branch",
                "main",
                "owner",
                Map.of("login", owner, "name", owner, "id", 2),
                "clone_url",
                "https://example.com/" + repository + ".git")));
  }

  private String hmac(byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
