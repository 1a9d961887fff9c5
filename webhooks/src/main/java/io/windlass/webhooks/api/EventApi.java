package io.windlass.webhooks.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.feed.Change;
import io.windlass.webhooks.feed.Feed;
import io.windlass.webhooks.feed.News;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Live state: {@code GET /api/v1/events} sends what has changed as server-sent events, each named
 * by the kind of what changed. {@code kind} and {@code repository} in the query narrow it.
 *
 * <p>There is no replay. The event {@code reset}, which is also the first, says that changes may
 * have been missed. A stream holds one virtual thread and nothing that other requests need.
 */
public final class EventApi {
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Feed feed;
  private final ObjectMapper json = ApiJson.mapper();

  public EventApi(Feed feed) {
    this.feed = feed;
  }

  /** Adds the route. */
  public void add(RoutesConfig routes) {
    routes.get("/api/v1/events", this::events);
  }

  private void events(Context context) throws InterruptedException {
    Optional<Feed.Listener> admitted = feed.listen(filter(new Asked(context)));
    if (admitted.isEmpty()) {
      context.header("Retry-After", "10");
      throw Problem.unavailable(
          "too many programs and pages listen for events; close some, or try again in 10 s");
    }
    try (Feed.Listener listener = admitted.get()) {
      context.res().setContentType("text/event-stream");
      context.res().setHeader("X-Accel-Buffering", "no");
      send(listener, context.res().getOutputStream());
    } catch (IOException e) {
      // The client has gone: how most streams end.
    }
  }

  private static Feed.Filter filter(Asked asked) {
    Optional<String> repository =
        asked
            .query("repository")
            .map(name ->
                RepositoryName.parse(name)
                    .orElseThrow(() ->
                        Problem.badRequest(
                            "'" + name + "' is not a repository; expected OWNER/NAME"))
                    .toString());
    return new Feed.Filter(
        asked.query("kind").map(EventApi::kinds).orElse(EnumSet.allOf(Change.Kind.class)),
        repository);
  }

  private static Set<Change.Kind> kinds(String words) {
    return Arrays.stream(words.split(",", -1))
        .map(word ->
            Arrays.stream(Change.Kind.values())
                .filter(kind -> ApiJson.word(kind).equals(word.strip()))
                .findFirst()
                .orElseThrow(() ->
                    Problem.badRequest(
                        "kind has '"
                            + word
                            + "'; expected some of "
                            + Arrays.stream(Change.Kind.values())
                                .map(ApiJson::word)
                                .collect(Collectors.joining(", "))
                            + ", with commas between them")))
        .collect(Collectors.toSet());
  }

  private void send(Feed.Listener listener, OutputStream out)
      throws IOException, InterruptedException {
    while (true) {
      Optional<News> news = listener.next(HEARTBEAT);
      if (news.isEmpty()) {
        // Tells us whether anybody still listens, and proxies that the connection lives.
        write(out, ": waiting\n\n");
        continue;
      }
      switch (news.get()) {
        case Change change -> event(out, ApiJson.word(change.kind()), change);
        case News.Reset reset -> event(out, "reset", reset);
        case News.End _ -> {
          return;
        }
      }
    }
  }

  private void event(OutputStream out, String name, News news) throws IOException {
    write(out, "event: " + name + "\ndata: " + json.writeValueAsString(news) + "\n\n");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
