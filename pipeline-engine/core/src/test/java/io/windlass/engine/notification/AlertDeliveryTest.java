package io.windlass.engine.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.HandClock;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages over HTTP to a receiver that does not always take them, and over restarts. */
class AlertDeliveryTest {
  private static final Subject MAIN = new Subject("alert", "acme/shop@refs/heads/main");
  private static final String PATH = "/hooks/T0P-S3CRET-PATH";

  /** Only to fail by, on the slowest machine. */
  private static final Duration AT_LAST = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final HandClock clock = new HandClock();
  private final Receiver receiver = new Receiver();
  private List<ChatHook> hooks = List.of(hook("notify-1", receiver.address()));
  private Database database;
  private Journal journal;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    journal = new Journal(database, clock);
    journal.register(new AlertMachine(), new AlertPerformer(() -> hooks));
    journal.start();
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
    receiver.close();
  }

  private void restart() {
    journal.close();
    database.close();
    open();
  }

  @Test
  void theBodyIsForChatsAndForPrograms() {
    ended(7, "step \"test\" exited with 1");

    JsonNode body = receiver.messages(1).getFirst();

    assertThat(body.path("text").asText())
        .isEqualTo(
            "acme/shop run #7 on main failed: step \"test\" exited with 1\nhttps://windlass.example.com/7");
    assertThat(body.path("event").asText()).isEqualTo("failure");
    assertThat(body.path("repository").asText()).isEqualTo("acme/shop");
    assertThat(body.path("ref").asText()).isEqualTo("refs/heads/main");
    assertThat(body.path("run").asLong()).isEqualTo(7);
  }

  @Test
  void aReceiverThatRefusesGetsItLaterAlsoAfterARestart() {
    receiver.answer(500);
    ended(1, "tests");
    receiver.messages(1);
    problem("\"notify-1\" answered 500");
    restart();
    receiver.answer(204);

    clock.forward(Duration.ofMinutes(2));

    assertThat(receiver.events(2)).containsExactly("failure 1", "failure 1");
    ended(2, "");
    assertThat(receiver.events(3)).endsWith("recovery 2");
  }

  @Test
  void aRestartSaysNothingTwice() {
    ended(1, "tests");
    receiver.messages(1);
    restart();

    ended(2, "tests");
    ended(3, "");
    ended(4, "");
    ended(5, "tests");

    assertThat(receiver.events(3)).containsExactly("failure 1", "recovery 3", "failure 5");
  }

  @Test
  void aFailureThatWaitsIsNotToldAfterTheRecovery() {
    receiver.answer(503);
    ended(1, "tests");
    problem("\"notify-1\" answered 503");
    receiver.answer(200);
    ended(2, "");
    receiver.messages(2);

    clock.forward(Duration.ofHours(1));
    await()
        .atMost(AT_LAST)
        .until(() ->
            journal.history(MAIN, 0, 10).stream().anyMatch(row -> row.event().equals("Again")));
    ended(3, "image");

    assertThat(receiver.events(3)).containsExactly("failure 1", "recovery 2", "failure 3");
  }

  @Test
  void aGateIsToldOnceWithTheCommandThatOpensItAndThePage() {
    var message =
        new AlertEvent.Message(
            AlertEvent.Kind.APPROVAL,
            "acme/shop",
            "",
            7,
            "change the shop",
            "release 5 is at 10%",
            Optional.of(URI.create("https://windlass.example.com/p")),
            Optional.of("production"));
    Tell tell = AlertMachine.gated(message, "5/1");

    journal.tell(tell.to(), tell.event(), tell.dedupKey());
    journal.tell(tell.to(), tell.event(), tell.dedupKey());
    ended(8, "tests");

    assertThat(receiver.events(2)).containsExactlyInAnyOrder("approval 7", "failure 8");
    JsonNode approval =
        receiver.messages(2).stream()
            .filter(m -> m.path("event").asText().equals("approval"))
            .findFirst()
            .orElseThrow();
    assertThat(approval.path("environment").asText()).isEqualTo("production");
    assertThat(approval.has("ref")).isFalse();
    assertThat(approval.path("text").asText())
        .isEqualTo(
            """
            acme/shop/production run #7 (change the shop): release 5 is at 10%
            windlass rollout approve acme/shop/production
            https://windlass.example.com/p\
            """);
  }

  @Test
  void theOthersGetItWhereOneCannotBeReached() {
    hooks =
        List.of(
            hook("notify-1", URI.create("http:///T0P-S3CRET-PATH")),
            hook("notify-2", receiver.address()));

    ended(1, "tests");

    assertThat(receiver.events(1)).containsExactly("failure 1");
    problem("\"notify-1\" could not be reached (IllegalArgumentException)");
  }

  @Test
  void theAddressIsNotStored() throws IOException {
    receiver.answer(500);
    ended(1, "tests");
    receiver.messages(1);
    problem("\"notify-1\" answered 500");

    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("T0P-S3CRET-PATH");
      }
    }
  }

  private void ended(long run, String failure) {
    Tell tell =
        AlertMachine.tell(
            new AlertEvent.Ended(
                "acme/shop",
                "refs/heads/main",
                run,
                "change the shop",
                Optional.of(failure).filter(text -> !text.isEmpty()),
                Optional.of(URI.create("https://windlass.example.com/" + run))));
    journal.tell(tell.to(), tell.event(), tell.dedupKey());
  }

  /** Waits until it is known why the last message did not reach everybody. */
  private void problem(String expected) {
    await()
        .atMost(AT_LAST)
        .untilAsserted(() ->
            assertThat(journal.state(MAIN, AlertState.class).orElseThrow().problem())
                .contains(expected));
  }

  private static ChatHook hook(String name, URI address) {
    return new ChatHook(name, address, EnumSet.allOf(AlertEvent.Kind.class));
  }

  /** What stands at the other end: it keeps what it gets, and answers as it is told. */
  private static final class Receiver implements AutoCloseable {
    private final List<JsonNode> got = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile int status = 200;

    Receiver() {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      server.createContext(
          PATH,
          exchange -> {
            got.add(new ObjectMapper().readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          });
      server.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
    }

    void answer(int code) {
      status = code;
    }

    /** All messages, once there are as many. */
    List<JsonNode> messages(int count) {
      await().atMost(AT_LAST).until(() -> got.size() >= count);
      return List.copyOf(got);
    }

    List<String> events(int count) {
      List<String> events = new ArrayList<>();
      messages(count)
          .forEach(m -> events.add(m.path("event").asText() + " " + m.path("run").asLong()));
      return events;
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
