package io.windlass.webhooks.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.log.LogPage;
import io.windlass.engine.log.LogReader;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.Runs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Logs of steps by range and live. A log is read from its file a part at a time; nothing holds the
 * whole of it.
 *
 * <p>{@code GET .../log?from=BYTE&max=BYTES} answers text and names the byte to go on from in
 * {@code Windlass-Next-Offset}; with {@code tail=LINES} it begins so many lines before the end.
 * {@code GET .../log/follow} sends the same as server-sent events until the attempt ends.
 */
public final class LogApi implements AutoCloseable {
  private static final String LOG = "/api/v1/runs/{owner}/{repository}/{number}/steps/{step}/log";
  private static final int MOST_BYTES = 1024 * 1024;
  private static final int USUAL_BYTES = 256 * 1024;
  private static final int EVENT_BYTES = 32 * 1024;
  private static final int MOST_LINES = 10_000;
  private static final int FOLLOWERS = 200;
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final Runs runs;
  private final Semaphore followers = new Semaphore(FOLLOWERS);
  private final Set<Thread> following = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  public LogApi(Runs runs) {
    this.runs = runs;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get(LOG, this::page);
    routes.get(LOG + "/follow", this::follow);
  }

  private void page(Context context) throws IOException {
    Asked asked = new Asked(context);
    Path file = file(context, asked);
    int most =
        (int) Math.clamp(asked.queryNumber("max").orElse((long) USUAL_BYTES), 1L, MOST_BYTES);
    Optional<Long> tail = asked.queryNumber("tail");
    LogReader reader = new LogReader(file);
    LogPage page;
    if (!Files.exists(file)) {
      page = new LogPage(0, 0, "", true);
    } else if (tail.isPresent()) {
      page = reader.tail((int) Math.clamp(tail.get(), 1L, MOST_LINES), most);
    } else {
      page = reader.page(asked.queryNumber("from").orElse(0L), most);
    }
    context.header("Windlass-Offset", Long.toString(page.from()));
    context.header("Windlass-Next-Offset", Long.toString(page.next()));
    context.contentType("text/plain; charset=utf-8").result(page.text());
  }

  /** Ends all that is followed now, and what is begun later at its next wait. */
  @Override
  public void close() {
    closed = true;
    following.forEach(Thread::interrupt);
  }

  private void follow(Context context) throws IOException {
    Asked asked = new Asked(context);
    Path file = file(context, asked);
    int attempt = attempt(asked);
    if (!followers.tryAcquire()) {
      throw Problem.unavailable(
          "too many logs are being followed; close a page, or try again later");
    }
    following.add(Thread.currentThread());
    try {
      context.res().setContentType("text/event-stream");
      context.res().setHeader("X-Accel-Buffering", "no");
      OutputStream out = context.res().getOutputStream();
      long from =
          Optional.ofNullable(context.header("Last-Event-ID"))
              .map(id -> Asked.number("Last-Event-ID", id))
              .or(() -> asked.queryNumber("from"))
              .orElse(0L);
      send(asked.run(), context.pathParam("step"), attempt, file, from, out);
    } catch (InterruptedException e) {
      // The server stops. Whoever follows goes on from the last id when there is one again.
    } finally {
      following.remove(Thread.currentThread());
      followers.release();
    }
  }

  private void send(RunId run, String step, int attempt, Path file, long from, OutputStream out)
      throws IOException, InterruptedException {
    LogReader reader = new LogReader(file);
    long next = from;
    while (!closed) {
      boolean ended = ended(run, step, attempt);
      LogPage page =
          Files.exists(file)
              ? reader.await(next, EVENT_BYTES, ended ? Duration.ZERO : WAIT)
              : new LogPage(next, next, "", true);
      if (!page.text().isEmpty()) {
        next = page.next();
        write(out, "id: " + next + "\n" + data(page.text()) + "\n");
      } else if (ended) {
        write(out, "event: end\ndata: end\n\n");
        return;
      } else {
        // Tells us whether anybody still listens, and proxies that the connection lives.
        write(out, ": waiting\n\n");
        if (!Files.exists(file)) {
          Thread.sleep(Duration.ofMillis(200));
        }
      }
    }
  }

  private static String data(String text) {
    StringBuilder event = new StringBuilder(text.length() + 64);
    for (String line : text.split("\n", -1)) {
      event.append("data: ").append(lastWritten(line)).append('\n');
    }
    return event.toString();
  }

  /** What a terminal would show of a line that a progress bar wrote over again and again. */
  private static String lastWritten(String line) {
    return line.substring(line.lastIndexOf('\r', line.length() - 2) + 1).replace("\r", "");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private boolean ended(RunId run, String step, int attempt) {
    return runs.one(run).stream()
        .flatMap(detail -> detail.steps().stream())
        .filter(view -> view.name().equals(step))
        .map(RunDetail.StepView::attempts)
        .anyMatch(attempts ->
            attempts.size() >= attempt && attempts.get(attempt - 1).endedAt().isPresent());
  }

  private Path file(Context context, Asked asked) {
    RunId run = asked.run();
    String step = context.pathParam("step");
    return runs.log(run, step, attempt(asked))
        .orElseThrow(() ->
            Problem.notFound(
                "run " + run + " has no log of step '" + step + "', attempt " + attempt(asked)));
  }

  private static int attempt(Asked asked) {
    return (int) Math.min(asked.queryNumber("attempt").orElse(1L), Integer.MAX_VALUE);
  }
}
