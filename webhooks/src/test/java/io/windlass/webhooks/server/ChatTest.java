package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.webhooks.client.ApiClient;
import io.windlass.webhooks.demo.DemoPlace;
import io.windlass.webhooks.demo.SampleRepository;
import io.windlass.webhooks.demo.ServerProcess;
import io.windlass.webhooks.demo.WebhookSender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From commits that fail and succeed to what people read in their chat, with a real server. */
class ChatTest {
  private static final String REPOSITORY = "acme/tiny";
  private static final String SECRET = "T0P-S3CRET-PATH";
  private static final Duration AT_LAST = Duration.ofMinutes(4);

  @TempDir Path temporary;
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private HttpServer chat;
  private DemoPlace place;
  private SampleRepository repository;
  private WebhookSender github;
  private ServerProcess server;

  @BeforeEach
  void open() throws Exception {
    chat = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    chat.createContext(
        "/" + SECRET,
        exchange -> {
          var body = new ObjectMapper().readTree(exchange.getRequestBody());
          messages.add(body.path("event").asText() + " " + body.path("run").asLong());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    chat.start();
    // Steps run as users of their own, who must pass through.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    place = DemoPlace.make(temporary.resolve("windlass"), REPOSITORY, "production");
    Files.writeString(
        place.config(),
        "notify: [{ webhook: \"http://127.0.0.1:%d/%s\" }]\n"
            .formatted(chat.getAddress().getPort(), SECRET),
        StandardOpenOption.APPEND);
    Path sample = Files.createDirectory(temporary.resolve("sample"));
    Files.writeString(
        sample.resolve("windlass.yaml"), "steps: { check: { run: \"grep good verdict\" } }\n");
    Files.writeString(sample.resolve("verdict"), "none");
    repository = SampleRepository.create(sample, place.repository());
    github =
        new WebhookSender(
            place.address().resolve("/hooks/github/" + REPOSITORY), place.secret(), REPOSITORY);
    server = ServerProcess.start(place.config(), place.log(), place.address());
  }

  @AfterEach
  void close() throws Exception {
    server.stop();
    try (KeeperClient keeper = new KeeperClient(place.keeper(), Duration.ofSeconds(60))) {
      long pid = keeper.status().pid();
      keeper.stopAll(AT_LAST);
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
    repository.close();
    chat.stop(0);
  }

  @Test
  void aFailureIsSaidOnceAndARecoveryOnceAlsoWhenTheServerIsStartedAgain() throws Exception {
    push(1, "bad");
    await().atMost(AT_LAST).until(() -> messages.size() == 1);
    server.stop();
    server.startAgain();

    push(2, "bad");
    push(3, "good");
    push(4, "good");
    push(5, "bad");

    await()
        .atMost(AT_LAST)
        .untilAsserted(
            () -> assertThat(messages).containsExactly("failure 1", "recovery 3", "failure 5"));
    assertThat(filesWithTheAddress()).containsExactly(place.config());
  }

  /** Commits, delivers, and waits until the run has ended. */
  private void push(long run, String verdict) throws Exception {
    String before = repository.head();
    Files.writeString(repository.folder().resolve("verdict"), verdict + " " + run);
    String after = repository.commit("Commit " + run);
    github.push(SampleRepository.BRANCH, before, after, "Commit " + run);
    ApiClient api = new ApiClient(place.address(), Files.readString(place.tokenFile()).strip());
    await()
        .atMost(AT_LAST)
        .ignoreExceptions()
        .until(
            () -> api.get("/api/v1/runs/" + REPOSITORY + "/" + run).path("status").asText(),
            List.of("succeeded", "failed")::contains);
  }

  /** Logs, database and all else that server and keeper have written. */
  private List<Path> filesWithTheAddress() throws IOException {
    try (Stream<Path> files = Files.walk(place.folder())) {
      return files.filter(Files::isRegularFile).filter(ChatTest::hasTheAddress).toList();
    }
  }

  private static boolean hasTheAddress(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET);
    } catch (IOException e) {
      return false; // gone meanwhile
    }
  }
}
