package io.windlass.webhooks.delivery;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.webhooks.delivery.Intake.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * {@code POST /hooks/github} and {@code POST /hooks/github/OWNER/NAME}. Bodies are read up to the
 * limit, and only so many bytes of them are held at a time: before a signature has been checked
 * anybody may send.
 */
public final class HookRoutes {
  private static final int RETRY_AFTER_SECONDS = 10;

  /** Room for an ordinary push. */
  private static final int PERMIT_BYTES = 16 * 1024;

  private static final int MEMORY_BYTES = 64 * 1024 * 1024;

  /** GitHub itself gives up a delivery after 10 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * The answer to a delivery that is on disk.
   *
   * @param delivery its id
   * @param fate what is made of it, in one word
   */
  public record Receipt(String delivery, String fate, String reason) {}

  /** The answer to what is not stored, as RFC 9457 describes it. */
  private record Refusal(String type, String title, int status, String detail) {}

  private final Intake intake;
  private final Consumer<String> counter;
  private final Semaphore memory;
  private final Duration patience;

  /**
   * @param counter hears the answer given to each request, in one word
   */
  public HookRoutes(Intake intake, Consumer<String> counter) {
    this(intake, counter, MEMORY_BYTES, PATIENCE);
  }

  /**
   * @param memoryBytes of bodies held at a time
   * @param patience with a whole body
   */
  HookRoutes(Intake intake, Consumer<String> counter, int memoryBytes, Duration patience) {
    this.intake = intake;
    this.counter = counter;
    this.memory = new Semaphore(memoryBytes / PERMIT_BYTES);
    this.patience = patience;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.post("/hooks/github", context -> receive(context, Optional.empty()));
    routes.post(
        "/hooks/github/{owner}/{name}",
        context ->
            receive(
                context,
                Optional.of(context.pathParam("owner") + "/" + context.pathParam("name"))));
  }

  private void receive(Context context, Optional<String> path) throws IOException {
    if (context.req().getContentLengthLong() > Intake.MAX_BODY_BYTES) {
      tooLarge(context);
      return;
    }
    Held body = new Held();
    try {
      switch (read(context, body)) {
        case WHOLE -> answer(context, intake.receive(request(context, path, body.bytes())));
        case TOO_LARGE -> tooLarge(context);
        case TOO_SLOW -> tooSlow(context);
        case NO_ROOM -> {
          context.header("Connection", "close");
          unavailable(context, "too many deliveries arrive at once");
        }
      }
    } finally {
      memory.release(body.pieces.size());
    }
  }

  /** A body as far as it has come; each piece has its permit. */
  private static final class Held {
    private final List<byte[]> pieces = new ArrayList<>();
    private int length;

    byte[] bytes() {
      byte[] all = new byte[length];
      for (int i = 0; i < pieces.size(); i++) {
        int at = i * PERMIT_BYTES;
        System.arraycopy(pieces.get(i), 0, all, at, Math.min(PERMIT_BYTES, length - at));
      }
      return all;
    }
  }

  private enum Ending {
    WHOLE,
    TOO_LARGE,
    TOO_SLOW,
    NO_ROOM
  }

  /**
   * Room is taken for what has come and not for what was announced, and nobody may take for ever:
   * else a few connections that send nothing would keep all deliveries out.
   */
  private Ending read(Context context, Held body) throws IOException {
    long begun = System.nanoTime();
    try (InputStream in = context.req().getInputStream()) {
      while (true) {
        int at = body.length % PERMIT_BYTES;
        if (at == 0) {
          if (!memory.tryAcquire()) {
            return Ending.NO_ROOM;
          }
          body.pieces.add(new byte[PERMIT_BYTES]);
        }
        int read = in.read(body.pieces.getLast(), at, PERMIT_BYTES - at);
        if (read < 0) {
          return Ending.WHOLE;
        }
        body.length += read;
        if (body.length > Intake.MAX_BODY_BYTES) {
          return Ending.TOO_LARGE;
        }
        if (System.nanoTime() - begun > patience.toNanos()) {
          return Ending.TOO_SLOW;
        }
      }
    }
  }

  private static Intake.Request request(Context context, Optional<String> path, byte[] body) {
    Optional<String> app =
        header(context, "X-GitHub-Hook-Installation-Target-Type")
            .filter("integration"::equals)
            .flatMap(_ -> header(context, "X-GitHub-Hook-Installation-Target-ID"));
    return new Intake.Request(
        new HookKey(path, header(context, "X-GitHub-Hook-ID"), app),
        header(context, "X-GitHub-Event").orElse(""),
        header(context, "X-GitHub-Delivery").orElse(""),
        header(context, "X-Hub-Signature-256").orElse(""),
        header(context, "Content-Type").orElse(""),
        body);
  }

  private static Optional<String> header(Context context, String name) {
    return Optional.ofNullable(context.header(name));
  }

  private void answer(Context context, Answer answer) {
    switch (answer) {
      case Answer.Accepted(String id, Fate fate) ->
          say(context, 202, fate.word(), new Receipt(id, fate.word(), fate.reason()));
      case Answer.Repeated(String id) ->
          say(
              context,
              202,
              "repeated",
              new Receipt(id, "repeated", "this delivery was stored before"));
      case Answer.Refused _ ->
          problem(
              context,
              401,
              "refused",
              "Not authenticated",
              "the signature is not that of a hook which is known here; check the hook's address and secret");
      case Answer.Unreadable(String reason) ->
          problem(context, 400, "unreadable", "Not a delivery", reason);
      case Answer.Unavailable(String reason) -> unavailable(context, reason);
    }
  }

  private void tooLarge(Context context) {
    context.header("Connection", "close");
    problem(
        context,
        413,
        "too large",
        "Too large",
        "a delivery has at most " + Intake.MAX_BODY_BYTES + " bytes");
  }

  private void tooSlow(Context context) {
    context.header("Connection", "close");
    problem(
        context,
        408,
        "too slow",
        "Too slow",
        "a delivery must have come within " + patience.toSeconds() + " s");
  }

  private void unavailable(Context context, String reason) {
    context.header("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
    problem(
        context,
        503,
        "unavailable",
        "Unavailable",
        reason + "; send it again in " + RETRY_AFTER_SECONDS + " s");
  }

  private void problem(Context context, int status, String word, String title, String detail) {
    say(context, status, word, new Refusal("about:blank", title, status, detail));
    context.contentType("application/problem+json");
  }

  private void say(Context context, int status, String word, Object body) {
    counter.accept(word);
    context.status(status).json(body);
  }
}
