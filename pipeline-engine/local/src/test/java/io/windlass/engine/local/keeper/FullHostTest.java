package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.Shift;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two environments that each take two fifths of the machine's processors. */
class FullHostTest {
  private static final String BLOG = "acme/blog/production";

  @TempDir private Path temporary;
  private Bench bench;
  private Root root;
  private ReleaseSpec shop;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    bench.start();
    root = TinyApp.in(temporary.resolve("image"));
    shop = large(Bench.release(1, root, Map.of()));
    bench.size(1);
    bench.shift(shop);
    bench.awaitState(shop, State.SETTLED);
    ReleaseSpec blog = new ReleaseSpec(BLOG, BLOG + "@1", shop.processes(), List.of());
    bench.client.prepare(blog);
    bench.client.resize(new Resize(BLOG + "/web", 1, "the test wants it", "test"));
    bench.client.shift(new Shift(BLOG, blog.release(), 100));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> bench.client.rollout(BLOG, blog.release()).state() == State.SETTLED);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private ReleaseSpec large(ReleaseSpec release) throws Exception {
    int cpuMillis = bench.client.status().budget().cpuMillis() * 2 / 5;
    return Bench.asking(release, cpuMillis);
  }

  @Test
  void aMoveThatTheMachineHasNoRoomForSaysSoAndGoesOnWhenThereIsSome() throws Exception {
    ReleaseSpec next = large(Bench.release(2, root, Map.of()));

    bench.shift(next);

    RolloutStatus waits = bench.client.rollout(Bench.ENVIRONMENT, next.release());
    assertThat(waits.state()).isEqualTo(State.PROGRESSING);
    assertThat(waits.obstacle().orElseThrow())
        .matches("host is full: replicas have \\d+ of \\d+ thousandths of a core, .*");
    assertThat(bench.get("/").body()).isEqualTo("v1");
    bench.client.remove(BLOG);
    assertThat(bench.awaitState(next, State.SETTLED).obstacle()).isEmpty();
    assertThat(bench.get("/").body()).isEqualTo("v2");
  }

  @Test
  void aRemovedEnvironmentLeavesNothingAndNoOtherIsTouched() throws Exception {
    String replica = bench.replicas().getFirst().id();

    bench.client.remove(BLOG);

    assertThat(bench.client.fleets()).extracting(FleetStatus::fleet).containsExactly(Bench.FLEET);
    assertThat(bench.replicas()).extracting(one -> one.id()).containsExactly(replica);
    bench.client.remove("acme/unknown/production");
    assertThat(bench.get("/").body()).isEqualTo("v1");
  }
}
