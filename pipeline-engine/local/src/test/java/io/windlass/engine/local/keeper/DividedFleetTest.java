package io.windlass.engine.local.keeper;

import static io.windlass.scaler.fleet.Replica.State.READY;
import static io.windlass.scaler.fleet.Replica.State.STANDBY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperFleet;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Replica;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two releases side by side, as real processes behind a real proxy. */
class DividedFleetTest {
  @TempDir private Path temporary;
  private Bench bench;
  private Root root;
  private ReleaseSpec old;
  private ReleaseSpec next;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, KeeperSettings.Sandboxing.OFF);
    root = TinyApp.in(temporary.resolve("image"));
    bench.start();
    old = Bench.release(1, root, Map.of());
    next = Bench.release(2, root, Map.of());
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private void serve(ReleaseSpec release, int wanted) throws Exception {
    bench.size(wanted);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
  }

  private void canary(ReleaseSpec release, int percent) throws Exception {
    bench.client.prepare(release);
    bench.client.shift(new Shift(Bench.ENVIRONMENT, release.release(), percent));
  }

  private void beside(ReleaseSpec release, boolean live) throws Exception {
    bench.client.prepare(release);
    bench.client.beside(new Beside(Bench.ENVIRONMENT, release.release(), live));
  }

  /** Asks again and again until it is closed, and keeps what was no answer of either release. */
  private final class Traffic implements AutoCloseable {
    private final Queue<String> odd = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean over;
    private volatile String expected = "v1|v2";

    Traffic() {
      for (String method : List.of("GET", "POST", "GET")) {
        clients.add(Thread.ofVirtual().start(() -> run(method)));
      }
    }

    private void run(String method) {
      while (!over) {
        String pattern = expected;
        String answer = answer(method, requests.incrementAndGet() % 10 == 0 ? "/slow" : "/");
        // What was expected may have changed while the request was under way.
        if (!answer.matches(pattern) && pattern.equals(expected)) {
          odd.add("wanted " + pattern + ", got " + answer);
        }
      }
    }

    private String answer(String method, String path) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bench.proxyPort() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      try {
        HttpResponse<String> answer =
            bench.http.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200 ? answer.body() : answer.toString();
      } catch (IOException e) {
        return e.toString();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return e.toString();
      }
    }

    /** From now on answers are like this, and some were. */
    void expect(String pattern) {
      expected = pattern;
      int before = requests.get();
      await().atMost(Duration.ofSeconds(30)).until(() -> requests.get() > before + 30);
    }

    @Override
    public void close() throws InterruptedException {
      over = true;
      for (Thread client : clients) {
        client.join();
      }
      assertThat(odd).as("of %d requests", requests.get()).isEmpty();
    }
  }

  @Test
  void noRequestFailsThroughTheStagesOfACanaryAndItsReturn() throws Exception {
    serve(old, 2);
    try (Traffic traffic = new Traffic()) {
      for (int percent : List.of(10, 50, 100)) {
        canary(next, percent);
        bench.awaitState(next, State.SETTLED);
      }
      traffic.expect("v2");
      traffic.expected = "v2|v3";
      ReleaseSpec third = Bench.release(3, root, Map.of());
      canary(third, 50);
      bench.awaitState(third, State.SETTLED);
      bench.client.shift(new Shift(Bench.ENVIRONMENT, next.release(), 100));
      traffic.expect("v2");
      bench.awaitState(next, State.SETTLED);
    }
  }

  @Test
  void noRequestFailsOrGoesAstrayThroughBlueGreenAndItsReturn() throws Exception {
    serve(old, 2);
    try (Traffic traffic = new Traffic()) {
      traffic.expect("v1");
      beside(next, false);
      bench.awaitState(next, State.SETTLED);
      traffic.expect("v1");
      traffic.expected = "v1|v2";
      beside(next, true);
      bench.awaitState(next, State.SETTLED);
      traffic.expect("v2");
      traffic.expected = "v1|v2";
      bench.client.shift(new Shift(Bench.ENVIRONMENT, old.release(), 100));
      traffic.expect("v1");
      bench.awaitState(old, State.SETTLED);

      traffic.expected = "v1|v2";
      beside(next, true);
      bench.awaitState(next, State.SETTLED);
      traffic.expect("v2");
      canary(next, 100);
      bench.awaitState(next, State.SETTLED);
      traffic.expect("v2");
    }
    assertThat(bench.replicas()).hasSize(2).allMatch(r -> r.release().equals(next.release()));
  }

  @Test
  void theScalerIsToldWhichReplicasStandBy() throws Exception {
    serve(old, 1);
    beside(next, false);
    bench.awaitState(next, State.SETTLED);
    assertThat(states()).isEqualTo(Map.of(old, READY, next, STANDBY));

    beside(next, true);
    bench.awaitState(next, State.SETTLED);
    assertThat(states()).isEqualTo(Map.of(old, STANDBY, next, READY));

    bench.client.shift(new Shift(Bench.ENVIRONMENT, old.release(), 100));
    bench.awaitState(old, State.SETTLED);
    canary(next, 10);
    bench.awaitState(next, State.SETTLED);
    assertThat(states()).isEqualTo(Map.of(old, READY, next, READY));
  }

  private Map<ReleaseSpec, Replica.State> states() throws Exception {
    return new KeeperFleet(bench.client, FleetId.parse(Bench.FLEET), "test")
        .state().replicas().stream()
            .collect(
                Collectors.toMap(
                    r -> r.release().equals(old.release()) ? old : next, Replica::state));
  }

  @Test
  void aCanaryThatCrashesAgainAndAgainFailsAlsoIfItComesUpEachTime() throws Exception {
    serve(old, 1);
    canary(next, 50);
    bench.awaitState(next, State.SETTLED);

    for (int crash = 1; crash <= Bench.QUICK.failing(); crash++) {
      int failures = crash;
      ReplicaStatus replica = replicaOf(next);
      ProcessHandle.of(replica.pid().orElseThrow())
          .orElseThrow()
          .descendants()
          .forEach(ProcessHandle::destroyForcibly);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> bench.ready(next.release()) == 1 && replicaOf(next).failures() == failures);
    }

    RolloutStatus status = bench.awaitState(next, State.FAILING);
    assertThat(status.detail())
        .isEqualTo(
            "Replicas of \"web\" do not stay up: its process was ended by SIGKILL, 3 times since the release came");
  }

  @Test
  void aCanaryThatIsNoLongerReadyFailsAfterTheTimeThatItHadToBecomeReady() throws Exception {
    serve(old, 1);
    next = startingWithin(next, Duration.ofSeconds(10));
    canary(next, 50);
    bench.awaitState(next, State.SETTLED);

    Files.createFile(temporary.resolve("image/app/unready-v2"));

    RolloutStatus status = bench.awaitState(next, State.FAILING);
    assertThat(status.detail())
        .matches("Replicas of \"web\" do not stay ready: \"web-.*\" has not been for \\d+ s");
    assertThat(bench.get("/").body()).isEqualTo("v1");
  }

  @Test
  void whatHasAllIsLookedAtUntilWhatRanBeforeIsRetired() throws Exception {
    serve(old, 1);
    next = startingWithin(next, Duration.ofSeconds(2));
    serve(next, 1);

    Files.createFile(temporary.resolve("image/app/unready-v2"));

    RolloutStatus status = bench.awaitState(next, State.FAILING);
    assertThat(status.detail()).startsWith("Replicas of \"web\" do not stay ready");
    await().atMost(Duration.ofSeconds(30)).until(() -> bench.ready(old.release()) == 1);
    assertThat(bench.get("/").body()).isEqualTo("v1");
    bench.client.shift(new Shift(Bench.ENVIRONMENT, old.release(), 100));
    bench.awaitState(old, State.SETTLED);

    Files.delete(temporary.resolve("image/app/unready-v2"));
    serve(next, 1);
    bench.client.retire(Bench.ENVIRONMENT, old.release());
    assertThatThrownBy(() -> bench.client.shift(new Shift(Bench.ENVIRONMENT, old.release(), 100)))
        .hasMessageContaining("the keeper does not know it");
  }

  private static ReleaseSpec startingWithin(ReleaseSpec release, Duration startup) {
    ProcessSpec web = release.processes().get("web");
    Health health =
        new Health.Http(Optional.of("/ready"), Optional.empty(), Duration.ofMillis(200), startup);
    return release.withProcesses(
        Map.of(
            "web",
            new ProcessSpec(
                web.root(),
                web.command(),
                web.env(),
                web.secrets(),
                web.serves(),
                health,
                web.resources(),
                web.drain())));
  }

  private ReplicaStatus replicaOf(ReleaseSpec release) throws Exception {
    return bench.replicas().stream()
        .filter(r -> r.release().equals(release.release()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatTheNewReleaseHasNoMoreServesOnUntilAllIsReplaced() throws Exception {
    Map<String, ProcessSpec> two = new HashMap<>(old.processes());
    two.put("admin", two.get("web"));
    RouteSpec admin = new RouteSpec(Optional.empty(), "/admin", "admin");
    ReleaseSpec both =
        new ReleaseSpec(
            Bench.ENVIRONMENT, old.release(), two, List.of(old.routes().getFirst(), admin));
    bench.client.resize(new Resize(Bench.ENVIRONMENT + "/admin", 1, "the test wants it", "test"));
    serve(both, 1);
    RouteSpec beta = new RouteSpec(Optional.empty(), "/beta", "web");
    ReleaseSpec renewed =
        new ReleaseSpec(
            Bench.ENVIRONMENT,
            next.release(),
            next.processes(),
            List.of(next.routes().getFirst(), beta));

    canary(renewed, 50);
    bench.awaitState(renewed, State.SETTLED);

    assertThat(bench.get("/admin").body()).isEqualTo("v1");
    for (int i = 0; i < 10; i++) {
      assertThat(bench.get("/beta").body()).isEqualTo("v2");
    }
    bench.client.resize(new Resize(Bench.ENVIRONMENT + "/admin", 2, "the test wants it", "test"));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> bench.client.fleet(Bench.ENVIRONMENT + "/admin").replicas().size() == 2);
    canary(renewed, 100);
    bench.awaitState(renewed, State.SETTLED);
    assertThat(bench.get("/admin").body()).isEqualTo("v2");
    bench.client.retire(Bench.ENVIRONMENT, both.release());
    assertThat(bench.client.fleets()).hasSize(1);
  }

  @Test
  void metricsTellReleasesApartAndGoOnWhenReplicasLeave() throws Exception {
    serve(old, 1);
    canary(next, 50);
    bench.awaitState(next, State.SETTLED);
    for (int i = 0; i < 20; i++) {
      bench.get(i % 2 == 0 ? "/" : "/fails");
    }
    double ofOld = figure("requests_total", old, "");
    assertThat(ofOld).isBetween(8.0, 12.0);
    assertThat(figure("requests_total", next, "")).isEqualTo(20 - ofOld);
    assertThat(figure("request_errors_total", old, "") + figure("request_errors_total", next, ""))
        .isEqualTo(10);
    assertThat(figure("request_duration_seconds_bucket", next, ",le=\"+Inf\""))
        .isEqualTo(figure("request_duration_seconds_count", next, ""))
        .isGreaterThanOrEqualTo(figure("request_duration_seconds_bucket", next, ",le=\"0.001024\""))
        .isPositive();
    assertThat(figure("request_duration_seconds_sum", next, "")).isPositive();

    canary(next, 100);
    bench.awaitState(next, State.SETTLED);

    assertThat(figure("requests_total", old, "")).isEqualTo(ofOld);
    bench.client.retire(Bench.ENVIRONMENT, old.release());
    assertThat(bench.metrics()).doesNotContain(old.release());
  }

  private double figure(String name, ReleaseSpec release, String more) throws Exception {
    String line =
        "windlass_release_%s{fleet=\"%s\",release=\"%s\"%s} "
            .formatted(name, Bench.FLEET, release.release(), more);
    return bench
        .metrics()
        .lines()
        .filter(l -> l.startsWith(line))
        .mapToDouble(l -> Double.parseDouble(l.substring(line.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line " + line));
  }

  @Test
  void aMachineThatIsTooSmallForBothSaysSoAndKeepsWhatServes() throws Exception {
    int cpu = bench.client.status().budget().cpuMillis() * 2 / 7;
    old = Bench.asking(old, cpu);
    next = Bench.asking(next, cpu);
    serve(old, 2);
    assertThat(bench.client.fleet(Bench.FLEET).limit().orElseThrow().replicas()).isEqualTo(3);

    beside(next, false);

    await().atMost(Duration.ofSeconds(30)).until(() -> bench.ready(next.release()) == 1);
    RolloutStatus status = bench.client.rollout(Bench.ENVIRONMENT, next.release());
    assertThat(status.state()).isEqualTo(State.PROGRESSING);
    assertThat(status.obstacle().orElseThrow())
        .matches(
            "both releases are kept whole, which takes 2 times 2 replicas of \"web\"; host is full: .*");
    assertThat(bench.client.fleet(Bench.FLEET).limit().orElseThrow().replicas()).isEqualTo(1);
    assertThat(bench.get("/").body()).isEqualTo("v1");
    bench.size(1);
    bench.awaitState(next, State.SETTLED);
  }
}
