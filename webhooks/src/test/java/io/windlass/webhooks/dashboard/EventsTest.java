package io.windlass.webhooks.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.engine.run.RunId;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine's real machines store comes out of the stream of events. */
@Timeout(60)
class EventsTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private SeededServer server;

  @BeforeEach
  void open(@TempDir Path data) throws Exception {
    server = SeededServer.open(data);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  @Test
  void aRunThatMovesGivesItsEventsInOrder() throws Exception {
    try (Stream<String> lines = listen("kind=delivery,run")) {
      Iterator<String> events = data(lines);
      assertThat(json.readTree(events.next()).path("reason").asText()).isEqualTo("begun");

      RunId run = server.begin("7");
      server.engine.step(run, "lint", 1, Duration.ofSeconds(4), "a line is too long\n");
      server.engine.step(run, "test", 1, Duration.ofSeconds(9), "Tests run: 9, Failures: 1\n");

      assertThat(json.readTree(events.next()).path("fate").asText()).isEqualTo("accepted");
      List<String> statuses = new ArrayList<>();
      do {
        JsonNode event = json.readTree(events.next());
        assertThat(event.path("repository").asText()).isEqualTo(run.repository());
        assertThat(event.path("number").asLong()).isEqualTo(run.number());
        statuses.add(event.path("status").asText());
      } while (!statuses.contains("failed"));
      // It begins, is checked out, and four steps end.
      assertThat(statuses)
          .containsExactly("running", "running", "running", "running", "running", "failed");
    }
  }

  @Test
  void aRolloutThatMovesGivesItsPhasesAndItsEnd() throws Exception {
    try (Stream<String> lines = listen("kind=environment&repository=" + SeededEngine.SHOP)) {
      Iterator<String> events = data(lines);
      events.next();

      server.engine.settle(SeededServer.STAGING);

      JsonNode ended = json.readTree(events.next());
      while (ended.path("outcome").isMissingNode()) {
        assertThat(ended.path("phase").asText()).isNotEmpty();
        ended = json.readTree(events.next());
      }
      assertThat(ended.path("environment").asText()).isEqualTo("staging");
      assertThat(ended.path("outcome").asText()).isEqualTo("live");
      assertThat(ended.path("phase").isMissingNode()).isTrue();
      assertThat(Optional.of(ended.path("rollout").asLong()))
          .isEqualTo(
              server
                  .engine
                  .environments()
                  .one(SeededServer.STAGING)
                  .flatMap(view -> view.last())
                  .map(last -> last.id()));
    }
  }

  private Stream<String> listen(String query) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(server.address("/api/v1/events?" + query))
                .header("Authorization", "Bearer " + server.token)
                .build(),
            HttpResponse.BodyHandlers.ofLines())
        .body();
  }

  private static Iterator<String> data(Stream<String> lines) {
    return lines
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .iterator();
  }
}
