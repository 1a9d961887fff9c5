package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.webhooks.demo.DemoPlace;
import io.windlass.webhooks.demo.SampleRepository;
import io.windlass.webhooks.demo.ServerProcess;
import io.windlass.webhooks.demo.WebhookSender;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a push to what a listener hears of it, with a real server. */
@Timeout(240)
class LiveServerTest {
  private static final String REPOSITORY = "acme/tiny";
  private static final String DELIVERY = "\"repository\":\"acme/tiny\",\"fate\":\"accepted\"}";
  private static final String RUN = "{\"repository\":\"acme/tiny\",\"number\":1,\"status\":";

  @TempDir Path temporary;
  private final HttpClient client = HttpClient.newHttpClient();
  private DemoPlace place;
  private SampleRepository repository;
  private ServerProcess server;

  @BeforeEach
  void open() throws Exception {
    // Steps run as users of their own, who must pass through.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    place = DemoPlace.make(temporary.resolve("windlass"), REPOSITORY, "production");
    Path sample = Files.createDirectory(temporary.resolve("sample"));
    Files.writeString(sample.resolve("windlass.yaml"), "steps: { check: { run: \"true\" } }\n");
    repository = SampleRepository.create(sample, place.repository());
    server = ServerProcess.start(place.config(), place.log(), place.address());
  }

  @AfterEach
  void close() throws Exception {
    server.stop();
    client.close();
    try (KeeperClient keeper = new KeeperClient(place.keeper(), Duration.ofSeconds(60))) {
      long pid = keeper.status().pid();
      keeper.stopAll(Duration.ofMinutes(1));
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
    repository.close();
  }

  /** A stream that the server cuts off throws where it is read. */
  @Test
  void aPushIsHeardOfUntilItsRunHasEndedAndTheStreamEndsWithTheServer() throws Exception {
    HttpRequest request = get("/api/v1/events?repository=" + REPOSITORY);
    try (Stream<String> lines = client.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      var data =
          lines
              .filter(line -> line.startsWith("data: "))
              .map(line -> line.substring("data: ".length()))
              .iterator();
      assertThat(data.next()).isEqualTo("{\"reason\":\"begun\"}");
      push();

      assertThat(data.next()).endsWith(DELIVERY);
      String last = data.next();
      while (last.equals(RUN + "\"running\"}")) {
        last = data.next();
      }
      assertThat(last).isEqualTo(RUN + "\"succeeded\"}");

      server.stop();
      assertThat(data.hasNext()).isFalse();
    }
  }

  @Test
  void whoFollowsALogIsToldTheEndWhenTheServerStops() throws Exception {
    Files.writeString(
        repository.folder().resolve("windlass.yaml"),
        "steps: { check: { run: \"echo begun; sleep 600\" } }\n");
    push();
    String log = "/api/v1/runs/" + REPOSITORY + "/1/steps/check/log";
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            client.send(get(log), HttpResponse.BodyHandlers.ofString()).body().contains("begun"));

    try (Stream<String> lines =
        client.send(get(log + "/follow"), HttpResponse.BodyHandlers.ofLines()).body()) {
      var data = lines.filter(line -> line.startsWith("data: ")).iterator();
      assertThat(data.next()).isEqualTo("data: begun");

      server.stop();
      assertThat(data.next()).isEqualTo("data: ");
      assertThat(data.hasNext()).isFalse();
    }
  }

  @Test
  void aPlanShowsWhatTheNextCommitWouldChangeAndChangesNothing() throws Exception {
    Files.writeString(
        repository.folder().resolve("windlass.yaml"),
        """
        image: { preset: files, files: [{ from: app, to: app }], entrypoint: [sh, app/main.sh], from: host }
        app: { port: 8080 }
        environments: { production: { target: local, scale: { min: 2, max: 3 } } }
        """);
    String sha = repository.commit("Deploy");
    String environment = REPOSITORY + "/production";

    HttpResponse<String> plan =
        client.send(
            get("/api/v1/environments/" + environment + "/plan"),
            HttpResponse.BodyHandlers.ofString());
    HttpResponse<String> page =
        client.send(
            get("/environments/" + environment + "/plan?ref=main"),
            HttpResponse.BodyHandlers.ofString());
    assertThat(plan.statusCode()).as(plan.body()).isEqualTo(200);
    assertThat(plan.body())
        .contains(sha, "\"subject\":\"process web\",\"kind\":\"added\"", "scaling of web");
    assertThat(page.body()).contains("process web", "the image that the run will build");
    assertThat(
            client
                .send(
                    get("/api/v1/environments/" + environment),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(404);
  }

  private HttpRequest get(String path) throws IOException {
    return HttpRequest.newBuilder(place.address().resolve(path))
        .header("Authorization", "Bearer " + Files.readString(place.tokenFile()).strip())
        .build();
  }

  private void push() throws Exception {
    String before = repository.head();
    Files.writeString(repository.folder().resolve("change"), "one");
    String after = repository.commit("A change");
    new WebhookSender(
            place.address().resolve("/hooks/github/" + REPOSITORY), place.secret(), REPOSITORY)
        .push(SampleRepository.BRANCH, before, after, "A change");
  }
}
