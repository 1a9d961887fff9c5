package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaLifeTest {
  private static final List<String> LAST_WORDS =
      IntStream.rangeClosed(1, 3).mapToObj(i -> "last " + i + " " + ".".repeat(80)).toList();

  @TempDir Path temporary;
  private Bench bench;
  private Root root;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary);
    root = TinyApp.in(temporary.resolve("image"));
    bench.start();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private ReleaseSpec settled(int number, int wanted) throws Exception {
    ReleaseSpec release = Bench.release(number, root, Map.of());
    bench.size(wanted);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    return release;
  }

  @Test
  void aReleaseServesWithTheWantedReplicas() throws Exception {
    ReleaseSpec release = settled(1, 2);
    assertThat(bench.ready(release.release())).isEqualTo(2);
    assertThat(bench.get("/").body()).isEqualTo("v1");
  }

  @Test
  void aReplicaThatIsKilledIsStartedAgain() throws Exception {
    settled(1, 1);
    ReplicaStatus before = bench.replicas().getFirst();
    ProcessHandle.of(before.pid().orElseThrow())
        .orElseThrow()
        .descendants()
        .forEach(ProcessHandle::destroyForcibly);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> bench.replicas().getFirst(),
            r -> r.phase() == Phase.READY && !r.pid().equals(before.pid()));
    ReplicaStatus after = bench.replicas().getFirst();
    assertThat(after.id()).isEqualTo(before.id());
    assertThat(after.failures()).isEqualTo(1);
    assertThat(after.lastFailure()).contains("its process was ended by SIGKILL");
    assertThat(bench.get("/").body()).isEqualTo("v1");
  }

  @Test
  void anotherKeeperFindsReplicasAndRoutes() throws Exception {
    settled(1, 2);
    Set<Long> before = pids();
    int port = bench.proxyPort();
    bench.stop();
    assertThat(before).allMatch(pid -> ProcessHandle.of(pid).isPresent());
    Keeper again = bench.start();
    assertThat(again.proxyPort()).isEqualTo(port);
    assertThat(bench.get("/").body()).isEqualTo("v1");
    assertThat(pids()).isEqualTo(before);
  }

  private Set<Long> pids() throws Exception {
    return bench.replicas().stream().map(r -> r.pid().orElseThrow()).collect(Collectors.toSet());
  }

  @Test
  void aReleaseThatCrashesFailsWithItsLastLinesAndTheOldOneServesOn() throws Exception {
    ReleaseSpec good = settled(1, 2);
    ReleaseSpec bad = Bench.release(2, root, Map.of("MODE", "crash"));
    bench.shift(bad);
    RolloutStatus status = bench.awaitState(bad, State.FAILING);
    assertThat(status.detail()).contains("its process ended with exit code 3");
    assertThat(status.lastLogLines())
        .contains("cannot find the answer to everything", "app v2 token ***");
    assertThat(bench.ready(good.release())).isEqualTo(2);
    assertThat(bench.replicas().stream().filter(r -> r.release().equals(bad.release()))).hasSize(1);
    assertThat(bench.get("/").body()).isEqualTo("v1");

    bench.shift(good);
    bench.awaitState(good, State.SETTLED);
    assertThat(bench.replicas()).hasSize(2).allMatch(r -> r.release().equals(good.release()));
  }

  @Test
  void noRequestFailsWhileOneReleaseTakesTheOthersPlace() throws Exception {
    settled(1, 2);
    ReleaseSpec next = Bench.release(2, root, Map.of());
    bench.shift(next);
    List<String> odd = new ArrayList<>();
    int requests = 0;
    while (bench.client.rollout(Bench.ENVIRONMENT, next.release()).state() != State.SETTLED) {
      var answer = bench.get(requests % 10 == 0 ? "/slow" : "/");
      requests++;
      if (answer.statusCode() != 200 || !answer.body().matches("v[12]")) {
        odd.add(answer.statusCode() + " " + answer.body());
      }
    }
    assertThat(odd).as("of %d requests", requests).isEmpty();
    assertThat(requests).isGreaterThan(3);
    assertThat(bench.get("/").body()).isEqualTo("v2");
  }

  @Test
  void aProcessThatANewReleaseHasNoMoreIsDrainedAndForgotten() throws Exception {
    ReleaseSpec web = Bench.release(1, root, Map.of());
    Map<String, ProcessSpec> two = new HashMap<>(web.processes());
    two.put("worker", two.get("web"));
    ReleaseSpec both = web.withProcesses(two);
    String worker = Bench.ENVIRONMENT + "/worker";
    bench.size(1);
    bench.client.resize(new Resize(worker, 2, "the test wants it", "test"));
    bench.shift(both);
    bench.awaitState(both, State.SETTLED);
    ReleaseSpec next = Bench.release(2, root, Map.of());

    bench.shift(next);

    bench.awaitState(next, State.SETTLED);
    bench.client.retire(Bench.ENVIRONMENT, both.release());
    assertThat(bench.client.fleets()).extracting(FleetStatus::fleet).containsExactly(Bench.FLEET);
  }

  @Test
  void scaleInDrainsAndLeavesNothingBehind() throws Exception {
    settled(1, 3);
    Set<Long> before = pids();
    bench.size(1);
    await().atMost(Duration.ofSeconds(20)).until(() -> bench.replicas().size() == 1);
    Set<Long> left = pids();
    assertThat(before).containsAll(left);
    for (long pid : before) {
      if (!left.contains(pid)) {
        assertThat(ProcessHandle.of(pid)).isEmpty();
      }
    }
    // They go after it is known to be gone.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          try (var files = Files.list(bench.directory.resolve("replicas"))) {
            assertThat(files).hasSize(1);
          }
        });
  }

  @Test
  void secretsAreInNoArgumentsAndNotInTheClearOnDisk() throws Exception {
    settled(1, 1);
    String secret = "hunter2hunter2";
    try (var processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(p -> p.getFileName().toString().matches("[0-9]+")).toList()) {
        assertThat(read(process.resolve("cmdline"))).doesNotContain(secret);
      }
    }
    try (var files = Files.walk(bench.directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("out.log")) {
          assertThat(read(file)).as(file.toString()).doesNotContain(secret);
        }
      }
    }
    assertThat(bench.client.replicaLog(bench.replicas().getFirst().id(), 10))
        .contains("app v1 token ***");
  }

  @Test
  void aReplicaThatWritesMuchHasABoundedLogWhoseLastLinesAreShown() throws Exception {
    settled(1, 1);
    String replica = bench.replicas().getFirst().id();
    Path log = bench.directory.resolve("replicas").resolve(replica).resolve("out.log");
    Path older = log.resolveSibling("out.log.1");

    bench.get("/say/60000/much"); // more than five times the bound
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(older) && Files.size(log) <= Bench.QUICK.replicaLogBytes());
    bench.get("/say/3/last");

    assertThat(bench.client.replicaLog(replica, 20))
        .hasSize(20)
        .endsWith(LAST_WORDS.toArray(String[]::new));
    assertThat(Files.size(older)).isLessThanOrEqualTo(Bench.QUICK.replicaLogBytes());
    assertThat(Files.getPosixFilePermissions(older))
        .as("what is not masked is the keeper's alone")
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    try (var files = Files.list(log.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()).filter(n -> n.contains("log")))
          .containsExactlyInAnyOrder("out.log", "out.log.1");
    }
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }

  @Test
  void samplesAndMetricsShowWhatReplicasDo() throws Exception {
    settled(1, 1);
    for (int i = 0; i < 20; i++) {
      bench.get("/");
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> bench.client.samples(Bench.FLEET, Duration.ofSeconds(30), 10),
            s ->
                s.size() == 1 && s.getFirst().samples().stream().anyMatch(x -> x.requests() >= 20));
    var sample =
        bench
            .client
            .samples(Bench.FLEET, Duration.ofSeconds(30), 10)
            .getFirst()
            .samples()
            .getLast();
    assertThat(sample.cpuSeconds()).isPositive();
    assertThat(sample.memoryBytes()).isPositive();
    assertThat(sample.receivedBytes()).isPositive();
    assertThat(sample.sentBytes()).isPositive();
    assertThat(bench.metrics())
        .contains("windlass_replica_cpu_seconds_total{fleet=\"acme/shop/production/web\"")
        .contains("windlass_replica_in_flight");
  }
}
