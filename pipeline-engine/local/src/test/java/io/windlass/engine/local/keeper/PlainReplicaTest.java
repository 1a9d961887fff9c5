package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.Shift;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nothing isolates, replicas are plain processes, and the keeper says so. */
class PlainReplicaTest {
  @TempDir Path temporary;
  private Bench bench;
  private Root root;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    root = TinyApp.in(temporary.resolve("image"));
    bench.start();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void aReleaseServesAndIsReplacedAndTheStatusSaysThatNothingIsolates() throws Exception {
    bench.size(1);
    for (int number = 1; number <= 2; number++) {
      ReleaseSpec release = Bench.release(number, root, Map.of());
      bench.shift(release);
      bench.awaitState(release, State.SETTLED);
      assertThat(bench.get("/").body()).isEqualTo("v" + number);
    }
    KeeperStatus.Isolation isolation = bench.client.status().isolation();
    assertThat(isolation.sandbox()).isFalse();
    assertThat(isolation.fitForStrangers()).isFalse();
    assertThat(isolation.notes()).anyMatch(n -> n.contains("see the machine's files"));
  }

  @Test
  void aReplicaThatCrashesAgainAndAgainIsMarkedAndWaitsLongerEachTime() throws Exception {
    bench.size(1);
    ReleaseSpec bad = Bench.release(1, root, Map.of("MODE", "crash"));
    bench.shift(bad);
    ReplicaStatus looping =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> bench.replicas().stream().findFirst(),
                r -> r.filter(x -> x.phase() == Phase.CRASH_LOOPING).isPresent())
            .orElseThrow();
    assertThat(looping.failures()).isGreaterThanOrEqualTo(5);
    assertThat(looping.lastFailure()).contains("its process ended with exit code 3");
  }

  @Test
  void afterARestartOfTheMachineTheReleasesAreStartedAgainWithoutTheServer() throws Exception {
    bench.size(2);
    ReleaseSpec release = Bench.release(1, root, Map.of());
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    assertThat(bench.replicas()).hasSize(2);
    bench.stop();
    for (ReplicaStatus replica : bench.lastSeen()) {
      ProcessHandle.of(replica.pid().orElseThrow())
          .ifPresent(p -> {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
          });
    }
    Path state = bench.directory.resolve("state.json");
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    Files.writeString(state, Files.readString(state).replace(boot, "another-boot"));
    bench.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> bench.ready(release.release()) == 2);
    assertThat(bench.replicas()).allMatch(r -> r.failures() == 0);
    assertThat(bench.get("/").body()).isEqualTo("v1");
  }

  @Test
  void whatTheKeeperDoesNotKnowIsRefusedByName() throws Exception {
    assertThatThrownBy(
            () -> bench.client.shift(new Shift(Bench.ENVIRONMENT, "acme/shop/production@9", 100)))
        .isInstanceOfSatisfying(
            KeeperException.class,
            e -> assertThat(e.kind()).isEqualTo(KeeperException.Kind.NOT_FOUND))
        .hasMessageContaining("prepare it first");
  }

  @Test
  void settingsKeepTheirFormAsJson() throws Exception {
    assertThat(Json.read(Json.write(bench.settings), KeeperSettings.class))
        .isEqualTo(bench.settings);
  }
}
