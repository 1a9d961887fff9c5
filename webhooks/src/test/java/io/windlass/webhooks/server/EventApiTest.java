package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.RunSummary.Status;
import io.windlass.scaler.control.LoggedDecision.Outcome;
import io.windlass.webhooks.access.AccessRoutes;
import io.windlass.webhooks.access.AdminToken;
import io.windlass.webhooks.access.Gate;
import io.windlass.webhooks.access.Sessions;
import io.windlass.webhooks.api.ApiJson;
import io.windlass.webhooks.api.EventApi;
import io.windlass.webhooks.feed.Change;
import io.windlass.webhooks.feed.Feed;
import io.windlass.webhooks.feed.News;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stream of events over real HTTP, behind the real gate. */
@Timeout(60)
class EventApiTest {
  private static final String BEGUN = "event: reset\ndata: {\"reason\":\"begun\"}\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Feed feed = new Feed(new Feed.Limits(2, 16));
  private String token = "";
  private HttpServer server;

  @BeforeEach
  void start(@TempDir Path data) throws IOException {
    AdminToken admin = AdminToken.in(data);
    token = Files.readString(data.resolve("admin-token")).strip();
    URI url = URI.create("http://127.0.0.1");
    Sessions sessions = new Sessions(admin, InstantSource.system());
    Gate gate = new Gate(admin, sessions, url, "127.0.0.1");
    server =
        HttpServer.start(
            "127.0.0.1",
            0,
            ApiJson.mapper(),
            List.of(new AccessRoutes(gate, sessions, url)::add, new EventApi(feed)::add),
            feed::close);
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  @Test
  void aStreamBeginsWithAResetAndGoesOnWithEachChangeInItsOrder() throws Exception {
    try (BufferedReader events = listen("")) {
      assertThat(event(events)).isEqualTo(BEGUN);

      feed.publish(new Change.Run("acme/shop", 7, Status.RUNNING));
      feed.publish(new Change.Fleet("acme/shop/production/web", 3, Outcome.RESIZED));
      feed.publish(new Change.Delivery("72d3162e", Optional.empty(), "ignored"));
      feed.publish(new Change.Run("acme/shop", 7, Status.SUCCEEDED));

      assertThat(event(events))
          .isEqualTo(
              "event: run\ndata: {\"repository\":\"acme/shop\",\"number\":7,\"status\":\"running\"}\n");
      assertThat(event(events))
          .isEqualTo(
              "event: fleet\ndata: {\"id\":\"acme/shop/production/web\",\"result\":3,\"outcome\":\"resized\"}\n");
      assertThat(event(events))
          .isEqualTo("event: delivery\ndata: {\"id\":\"72d3162e\",\"fate\":\"ignored\"}\n");
      assertThat(event(events)).contains("\"status\":\"succeeded\"");
    }
  }

  @Test
  void aStreamIsNarrowedToKindsAndToARepository() throws Exception {
    try (BufferedReader events = listen("?kind=run,fleet&repository=acme/shop")) {
      assertThat(event(events)).isEqualTo(BEGUN);

      feed.publish(new Change.Run("acme/shop2", 1, Status.RUNNING));
      feed.publish(new Change.Fleet("acme/shop2/production/web", 2, Outcome.RESIZED));
      feed.publish(new Change.Delivery("1", Optional.of("acme/shop"), "accepted"));
      feed.publish(new Change.Fleet("acme/shop/production/web", 3, Outcome.RESIZED));

      assertThat(event(events)).contains("event: fleet", "acme/shop/production/web");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kind=run%2Cstep, kind has 'step'; expected some of",
    "kind=run%2C, kind has ''; expected some of",
    "repository=shop, 'shop' is not a repository; expected OWNER/NAME"
  })
  void aFilterThatIsNotRightIsRefused(String query, String said) throws Exception {
    HttpResponse<String> answer =
        client.send(request("?" + query).build(), HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(answer.body()).contains(said);
  }

  @Test
  void aStrangerHearsNothing() throws Exception {
    HttpRequest stranger = HttpRequest.newBuilder(address("")).build();

    HttpResponse<String> answer = client.send(stranger, HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void moreThanTheBoundAreToldToComeBackLater() throws Exception {
    try (BufferedReader first = listen("");
        BufferedReader second = listen("")) {
      assertThat(event(first)).isEqualTo(event(second));

      HttpResponse<String> third =
          client.send(request("").build(), HttpResponse.BodyHandlers.ofString());

      assertThat(third.statusCode()).isEqualTo(503);
      assertThat(third.headers().firstValue("Retry-After")).contains("10");
      assertThat(third.body()).contains("too many programs and pages listen");
    }
  }

  /** What is published is more than all buffers between the two hold. */
  @Test
  void aClientThatDoesNotReadHoldsNobodyUpAndIsToldThatItMissedSomething() throws Exception {
    Change change = new Change.Run("a".repeat(100) + "/" + "b".repeat(100), 1, Status.RUNNING);
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(8 * 1024);
      socket.setSoTimeout(30_000);
      socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
      socket
          .getOutputStream()
          .write(
              ("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                      + token
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader events = reader(socket.getInputStream());
      assertThat(events.lines().anyMatch("data: {\"reason\":\"begun\"}"::equals)).isTrue();

      for (int i = 0; i < 100_000; i++) {
        feed.publish(change);
      }

      assertThat(events.lines().anyMatch("data: {\"reason\":\"slow\"}"::equals)).isTrue();
    }
  }

  /** The reset with which it begins waits too. */
  @Test
  void changesThatNobodyTakesMakeWayForOneReset() throws Exception {
    var runs = new Feed.Filter(Set.of(Change.Kind.RUN), Optional.empty());
    try (Feed.Listener listener = feed.listen(runs).orElseThrow()) {
      for (int number = 1; number <= 17; number++) {
        feed.publish(new Change.Run("acme/shop", number, Status.RUNNING));
      }

      assertThat(listener.next(Duration.ZERO)).contains(new News.Reset(News.Reset.Reason.SLOW));
      assertThat(listener.next(Duration.ZERO))
          .contains(new Change.Run("acme/shop", 17, Status.RUNNING));
    }
  }

  /** A stream that the server cuts off throws where it is read. */
  @Test
  void aServerThatStopsEndsItsStreamsItself() throws Exception {
    try (BufferedReader events = listen("")) {
      assertThat(event(events)).isEqualTo(BEGUN);

      server.close();

      assertThat(events.readLine()).isNull();
      assertThat(feed.listen(new Feed.Filter(Set.of(), Optional.empty()))).isEmpty();
    }
  }

  private BufferedReader listen(String query) throws Exception {
    HttpResponse<InputStream> answer =
        client.send(request(query).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    return reader(answer.body());
  }

  private static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** The next event; comments are passed over. */
  private static String event(BufferedReader events) throws IOException {
    StringBuilder event = new StringBuilder();
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.isEmpty() && !event.isEmpty()) {
        return event.toString();
      }
      if (!line.isEmpty() && !line.startsWith(":")) {
        event.append(line).append('\n');
      }
    }
    throw new AssertionError("the stream ended after: " + event);
  }

  private HttpRequest.Builder request(String query) {
    return HttpRequest.newBuilder(address(query)).header("Authorization", "Bearer " + token);
  }

  private URI address(String query) {
    return URI.create("http://127.0.0.1:" + server.port() + "/api/v1/events" + query);
  }
}
