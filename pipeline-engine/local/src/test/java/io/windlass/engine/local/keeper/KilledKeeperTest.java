package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.engine.local.process.ProcessTable;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.run.StepResult;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A keeper in a process of its own, killed without a chance to say goodbye. */
class KilledKeeperTest {
  @TempDir Path temporary;
  private Bench bench;
  private Root root;
  private KeeperStatus keeper;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary);
    root = TinyApp.in(temporary.resolve("image"));
    start();
  }

  @AfterEach
  void close() throws Exception {
    kill();
    bench.close();
  }

  private void start() throws Exception {
    keeper =
        KeeperLauncher.start(
            bench.command(),
            bench.directory,
            temporary.resolve("keeper.log"),
            Duration.ofSeconds(60));
  }

  private void kill() {
    ProcessHandle.of(keeper.pid()).ifPresent(ProcessHandle::destroyForcibly);
    await().atMost(Duration.ofSeconds(10)).until(() -> !alive(keeper.pid()));
  }

  private static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private Set<Long> pids() throws Exception {
    return bench.replicas().stream().map(r -> r.pid().orElseThrow()).collect(Collectors.toSet());
  }

  private String get() throws Exception {
    int port = keeper.proxyPort().orElseThrow();
    return bench
        .http
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void replicasLiveOnAndAreFoundWithTheirRoutes() throws Exception {
    ReleaseSpec release = Bench.release(1, root, Map.of());
    bench.size(2);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    Set<Long> before = pids();
    int port = keeper.proxyPort().orElseThrow();
    kill();
    assertThat(before).allMatch(KilledKeeperTest::alive);
    start();
    assertThat(keeper.proxyPort()).contains(port);
    assertThat(get()).isEqualTo("v1");
    assertThat(pids()).isEqualTo(before);

    kill();
    long victim = before.iterator().next();
    ProcessHandle.of(victim).orElseThrow().descendants().forEach(ProcessHandle::destroyForcibly);
    start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> bench.replicas(),
            all ->
                all.stream().filter(r -> r.phase() == Phase.READY).count() == 2
                    && all.stream().noneMatch(r -> r.pid().equals(Optional.of(victim))));
    assertThat(pids()).hasSize(2).doesNotContain(victim);
    assertThat(bench.replicas().stream().mapToInt(ReplicaStatus::failures).sum()).isEqualTo(1);
  }

  @Test
  void aRunningStepIsEndedAndLost() throws Exception {
    Path workspace = Files.createDirectories(temporary.resolve("workspace"));
    CompletableFuture<StepResult> result =
        bench.step("s", workspace, "touch begun; setsid sleep 947 & sleep 948");
    await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(workspace.resolve("begun")));
    kill();
    start();
    assertThat(result.get(30, TimeUnit.SECONDS)).isInstanceOf(StepResult.Lost.class);
    assertThat(ProcessTable.read().marked("sleep\0" + "94")).isEmpty();
  }

  @Test
  void whatItKeptReadyForAStepIsGone() throws Exception {
    Bench.need(keeper.isolation().ownNetwork(), "passt, for networks of steps");
    ProcessHandle process = ProcessHandle.of(keeper.pid()).orElseThrow();
    // Pasta, what holds the network inside, and a wrapper.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> process.descendants().map(ProcessHandle::pid).toList(), all -> all.size() == 3);
    List<ProcessHandle> berth = process.descendants().toList();

    kill();

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> berth.stream().noneMatch(p -> alive(p.pid())));
  }

  @Test
  void killedAtAnyMomentOfARolloutItStillArrivesAndLeavesNothingOver() throws Exception {
    long seed = 7;
    Random random = new Random(seed);
    bench.size(2);
    for (int number = 1; number <= 3; number++) {
      ReleaseSpec release = Bench.release(number, root, Map.of());
      bench.shift(release);
      long until = System.nanoTime() + Duration.ofMillis(random.nextInt(1_500)).toNanos();
      await().pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() > until);
      kill();
      start();
      bench.awaitState(release, State.SETTLED);
      assertThat(get()).as("seed %d, release %d", seed, number).isEqualTo("v" + number);
      // Wrapper processes that exist are those that the keeper knows.
      Set<Long> wrappers =
          ProcessTable.read().marked(bench.directory.toRealPath() + "/replicas").stream()
              .filter(s -> s.session() == s.pid())
              .map(s -> s.pid())
              .collect(Collectors.toSet());
      assertThat(wrappers).as("seed %d, release %d", seed, number).isEqualTo(pids());
    }
  }

  private record Stage(int percent, Optional<Boolean> live, Map<String, Integer> replicas) {}

  @Test
  void killedAtAnyMomentOfADivisionItStillComesToIt() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    ReleaseSpec old = Bench.release(1, root, Map.of());
    ReleaseSpec next = Bench.release(2, root, Map.of());
    bench.size(2);
    bench.shift(old);
    bench.awaitState(old, State.SETTLED);
    bench.client.prepare(next);
    Map<String, Integer> both = Map.of(old.release(), 2, next.release(), 2);
    for (Stage stage :
        List.of(
            new Stage(10, Optional.empty(), Map.of(old.release(), 2, next.release(), 1)),
            new Stage(0, Optional.of(false), both),
            new Stage(0, Optional.of(true), both),
            new Stage(100, Optional.empty(), Map.of(next.release(), 2)))) {
      ask(next, stage);
      long until = System.nanoTime() + Duration.ofMillis(random.nextInt(1_500)).toNanos();
      await().pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() > until);
      kill();
      start();
      bench.awaitState(next, State.SETTLED);
      String what = "seed %d, %s".formatted(seed, stage);
      assertThat(counts()).as(what).isEqualTo(stage.replicas());
      for (int i = 0; i < 20; i++) {
        assertThat(get())
            .as(what)
            .matches(stage.live().map(live -> live ? "v2" : "v1").orElse("v[12]"));
      }
    }
    assertThat(get()).isEqualTo("v2");
  }

  private void ask(ReleaseSpec release, Stage stage) throws Exception {
    if (stage.live().isPresent()) {
      bench.client.beside(new Beside(Bench.ENVIRONMENT, release.release(), stage.live().get()));
    } else {
      bench.client.shift(new Shift(Bench.ENVIRONMENT, release.release(), stage.percent()));
    }
  }

  private Map<String, Integer> counts() throws Exception {
    return bench.replicas().stream()
        .collect(Collectors.groupingBy(ReplicaStatus::release, Collectors.summingInt(_ -> 1)));
  }
}
