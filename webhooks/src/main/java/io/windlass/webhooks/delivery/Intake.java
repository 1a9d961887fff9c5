package io.windlass.webhooks.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.windlass.engine.journal.DatabaseException;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.TellResult;
import io.windlass.engine.source.GitHubEvents;
import io.windlass.engine.source.Intent;
import io.windlass.webhooks.delivery.HookDirectory.Hook;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Decides about one webhook request: authenticates the raw bytes, and only then reads them, stores
 * them and says so.
 *
 * <p>A wrong signature, an unknown hook and a hook that speaks for a repository which is not its
 * own get the same answer. An unknown hook is checked against a secret that nobody has, so that it
 * takes as long.
 */
public final class Intake {
  /** What GitHub sends at the most. */
  public static final int MAX_BODY_BYTES = 25 * 1024 * 1024;

  private static final int MAX_DEPTH = 64;
  private static final Pattern DELIVERY_ID = Pattern.compile("[A-Za-z0-9-]{1,100}");
  private static final Pattern EVENT = Pattern.compile("[a-z0-9_]{1,64}");
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              new com.fasterxml.jackson.core.JsonFactoryBuilder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_BODY_BYTES)
                          .maxDocumentLength(MAX_BODY_BYTES)
                          .build())
                  .build())
          .build();

  /**
   * One request.
   *
   * @param key where it says it comes from
   * @param event the header {@code X-GitHub-Event}
   * @param id the header {@code X-GitHub-Delivery}
   * @param signature the header {@code X-Hub-Signature-256}
   * @param contentType the header {@code Content-Type}
   * @param body the raw body
   */
  @SuppressWarnings(
      "ArrayRecordComponent") // requests are not compared, and bodies of 25 MB not copied
  public record Request(
      HookKey key, String event, String id, String signature, String contentType, byte[] body) {}

  /** The answer to a request. */
  public sealed interface Answer {
    /** Stored. */
    record Accepted(String id, Fate fate) implements Answer {}

    /** The same delivery was stored before. */
    record Repeated(String id) implements Answer {}

    /** Not authenticated. */
    record Refused() implements Answer {}

    /** Authenticated, and not readable; nothing was stored. */
    record Unreadable(String reason) implements Answer {}

    /** Cannot be stored at the moment; nothing was stored. */
    record Unavailable(String reason) implements Answer {}
  }

  private static final WebhookSecret NOBODYS =
      WebhookSecret.of(UUID.randomUUID().toString(), Optional.empty());

  private final AtomicReference<HookDirectory> hooks = new AtomicReference<>(HookDirectory.empty());
  private final AtomicReference<Map<String, String>> repositories = new AtomicReference<>(Map.of());
  private final Journal journal;
  private final InstantSource clock;

  public Intake(Journal journal, InstantSource clock) {
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Takes the hooks and repositories to serve from now on.
   *
   * @param served names as the server's file spells them
   */
  public void serve(HookDirectory directory, Iterable<String> served) {
    Map<String, String> names = new java.util.HashMap<>();
    served.forEach(name -> names.put(name.toLowerCase(Locale.ROOT), name));
    repositories.set(Map.copyOf(names));
    hooks.set(directory);
  }

  /** Decides about one request; blocks until what is accepted is synced. */
  public Answer receive(Request request) {
    Optional<Hook> hook = hooks.get().find(request.key());
    boolean signed =
        hook.map(Hook::secret).orElse(NOBODYS).signed(request.signature(), request.body());
    if (!signed || hook.isEmpty()) {
      return new Answer.Refused();
    }
    if (!DELIVERY_ID.matcher(request.id()).matches() || !EVENT.matcher(request.event()).matches()) {
      return new Answer.Unreadable(
          "the headers X-GitHub-Delivery and X-GitHub-Event must name the delivery and its event");
    }
    JsonNode body;
    try {
      body = JSON.readTree(json(request));
    } catch (JsonProcessingException e) {
      return new Answer.Unreadable("the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException | IllegalArgumentException e) {
      return new Answer.Unreadable("the body is not JSON");
    }
    if (!body.isObject()) {
      return new Answer.Unreadable("the body is not a JSON object");
    }
    Optional<String> about =
        Optional.of(body.path("repository").path("full_name").asText(""))
            .filter(name -> !name.isEmpty());
    if (about.isPresent() && !hook.get().scope().covers(about.get())) {
      return new Answer.Refused();
    }
    return store(request, body, about);
  }

  private Answer store(Request request, JsonNode body, Optional<String> about) {
    Intent intent = GitHubEvents.read(request.event(), body);
    Optional<String> served =
        about.map(name -> name.toLowerCase(Locale.ROOT)).map(repositories.get()::get);
    Fate fate = fate(intent, about, served);
    DeliveryEvent received =
        new DeliveryEvent.Received(
            request.id(),
            request.event(),
            describe(request.key()),
            served,
            fate,
            intent,
            compressed(request.body()),
            request.body().length,
            clock.instant());
    try {
      TellResult result =
          journal.tell(new Subject(DeliveryMachine.KIND, request.id()), received, request.id());
      return switch (result) {
        case DUPLICATE -> new Answer.Repeated(request.id());
        case APPLIED, PARKED ->
            fate instanceof Fate.Malformed(String reason)
                ? new Answer.Unreadable(reason)
                : new Answer.Accepted(request.id(), fate);
      };
    } catch (DatabaseException e) {
      return new Answer.Unavailable(reason(e));
    }
  }

  private static Fate fate(Intent intent, Optional<String> about, Optional<String> served) {
    return switch (intent) {
      case Intent.Ping _ -> new Fate.Answered();
      case Intent.Ignored(String reason) -> new Fate.Ignored(reason);
      case Intent.Malformed malformed -> new Fate.Malformed(malformed.toString());
      case Intent.InstallationChanged changed ->
          new Fate.Ignored(
              "the App's installation on "
                  + changed.account()
                  + " was changed ("
                  + changed.action()
                  + "); what is served stands in the server's file");
      case Intent.Pushed _, Intent.PullRequestOpened _, Intent.PullRequestUpdated _ ->
          served.isPresent()
              ? new Fate.HandedOn()
              : new Fate.Ignored(
                  "the repository '"
                      + about.orElse("")
                      + "' is not in the server's file; add it with 'windlass repo add'");
    };
  }

  private static String reason(DatabaseException e) {
    if (e instanceof DatabaseException.Busy) {
      return "too many deliveries wait to be stored";
    }
    return e instanceof DatabaseException.Full
        ? "the disk is full"
        : "the delivery cannot be stored at the moment";
  }

  private static byte[] json(Request request) {
    if (!request
        .contentType()
        .toLowerCase(Locale.ROOT)
        .startsWith("application/x-www-form-urlencoded")) {
      return request.body();
    }
    String form = new String(request.body(), StandardCharsets.UTF_8);
    if (!form.startsWith("payload=")) {
      throw new IllegalArgumentException("a form without a payload");
    }
    return URLDecoder.decode(form.substring("payload=".length()), StandardCharsets.UTF_8)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String describe(HookKey key) {
    return key.path()
        .map(path -> "repository " + path)
        .or(() -> key.hookId().map(id -> "hook " + id))
        .or(() -> key.appId().map(id -> "app " + id))
        .orElse("");
  }

  private static String compressed(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.max(512, body.length / 4));
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
