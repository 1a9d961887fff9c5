package io.windlass.engine.notification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Posts messages as JSON: {@code text} holds the whole in words, as chat systems read it; the other
 * fields are for programs. Redirects are not followed. An address that took a message does not get
 * it again because another one did not.
 */
public final class AlertPerformer implements Performer<AlertEffect, AlertEvent> {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Supplier<List<ChatHook>> hooks;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * Posts to these addresses.
   *
   * @param hooks as the server's file says now
   */
  public AlertPerformer(Supplier<List<ChatHook>> hooks) {
    this.hooks = hooks;
  }

  @Override
  public Optional<AlertEvent> perform(EffectId id, AlertEffect effect) throws InterruptedException {
    return switch (effect) {
      case AlertEffect.Post(var message, var names, var attempt) -> post(message, names, attempt);
    };
  }

  @Override
  public Optional<AlertEvent> onGivenUp(EffectId id, AlertEffect effect, Throwable error) {
    return switch (effect) {
      case AlertEffect.Post(var message, var names, var attempt) ->
          Optional.of(new AlertEvent.Undelivered(message, names, attempt, error.toString()));
    };
  }

  private Optional<AlertEvent> post(AlertEvent.Message message, List<String> names, int attempt)
      throws InterruptedException {
    String body = body(message);
    List<String> failed = new ArrayList<>();
    String reason = "";
    for (ChatHook hook : hooks.get()) {
      if (!hook.on().contains(message.kind())
          || !(names.isEmpty() || names.contains(hook.name()))) {
        continue;
      }
      Optional<String> problem = send(hook, body);
      if (problem.isPresent()) {
        failed.add(hook.name());
        reason = problem.get();
      }
    }
    return failed.isEmpty()
        ? Optional.empty()
        : Optional.of(new AlertEvent.Undelivered(message, failed, attempt, reason));
  }

  private Optional<String> send(ChatHook hook, String body) throws InterruptedException {
    try {
      var request =
          HttpRequest.newBuilder(hook.webhook())
              .timeout(TIMEOUT)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status / 100 == 2
          ? Optional.empty()
          : Optional.of("\"" + hook.name() + "\" answered " + status);
    } catch (IOException | IllegalArgumentException e) {
      // The exception's message may hold the address, and the address may be a secret.
      return Optional.of(
          "\"" + hook.name() + "\" could not be reached (" + e.getClass().getSimpleName() + ")");
    }
  }

  private String body(AlertEvent.Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("text", text(message));
    fields.put("event", message.kind().name().toLowerCase(Locale.ROOT));
    fields.put("repository", message.repository());
    message
        .environment()
        .ifPresentOrElse(
            name -> fields.put("environment", name), () -> fields.put("ref", message.ref()));
    fields.put("run", message.run());
    fields.put("title", message.title());
    fields.put("cause", message.cause());
    message.page().ifPresent(page -> fields.put("url", page.toString()));
    try {
      return json.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of strings and numbers is always JSON", e);
    }
  }

  private static String text(AlertEvent.Message message) {
    String what = message.environment().isPresent() ? ofRollout(message) : ofRun(message);
    return message.page().map(page -> what + "\n" + page).orElse(what);
  }

  private static String ofRun(AlertEvent.Message message) {
    String run =
        message.repository()
            + " run #"
            + message.run()
            + " on "
            + message.ref().replaceFirst("^refs/(heads|tags)/", "");
    return message.kind() == AlertEvent.Kind.RECOVERY
        ? run + " works again"
        : run + " failed: " + message.cause();
  }

  private static String ofRollout(AlertEvent.Message message) {
    String what =
        "%s run #%d (%s): %s"
            .formatted(message.subject(), message.run(), message.title(), message.cause());
    return message.kind() == AlertEvent.Kind.APPROVAL
        ? what + "\nwindlass rollout approve " + message.subject()
        : what;
  }
}
