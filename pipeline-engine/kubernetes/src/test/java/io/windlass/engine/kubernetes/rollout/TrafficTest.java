package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No request fails while releases come and go, and each release gets its share. */
final class TrafficTest {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Division REPLACE = new Division.Replace();

  private World world;

  @AfterEach
  void close() {
    if (world != null) {
      world.close();
    }
  }

  enum Router {
    NONE,
    GATEWAY,
    NGINX
  }

  private void open(Router router) throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    GatewayKinds.install(cluster.client());
    IngressNginx.install(cluster.client());
    String namespace = cluster.namespace("traffic");
    world =
        World.open(
            cluster,
            switch (router) {
              case NONE -> Placement.in(namespace);
              case GATEWAY -> GatewayKinds.placement(namespace);
              case NGINX -> IngressNginx.placement(namespace);
            });
    // A twentieth of it is enough for the news to get round on a busy machine.
    world.drain(Duration.ofSeconds(40));
    world.fleet().resize(4, "a test");
    move(world.release(1), REPLACE);
  }

  private void move(Release release, Division division) throws Exception {
    world.target().prepare(release);
    world.target().shift(world.environment(), release.id(), division);
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world.target().progress(world.environment(), release.id())
                instanceof RolloutProgress.Settled);
  }

  @ParameterizedTest
  @EnumSource
  void noRequestFailsAndEachReleaseGetsItsShare(Router router) throws Exception {
    open(router);
    try (Traffic traffic = new Traffic(world)) {
      move(world.release(2), REPLACE);
      assertThat(traffic.shares(200)).containsOnlyKeys(2L);

      move(world.release(3), new Division.Part(Share.percent(25)));
      assertThat(traffic.shares(2000).get(3L)).isCloseTo(0.25, within(0.07));
      world.fleet().resize(6, "a test");
      move(world.release(3), REPLACE);
      assertThat(traffic.shares(200)).containsOnlyKeys(3L);

      move(world.release(4), new Division.Part(Share.percent(50)));
      assertThat(traffic.shares(2000).get(4L)).isCloseTo(0.5, within(0.07));
      move(world.release(3), REPLACE);
      assertThat(traffic.shares(200)).containsOnlyKeys(3L);

      move(world.release(5), new Division.Beside(false));
      assertThat(traffic.shares(200)).containsOnlyKeys(3L);
      move(world.release(5), new Division.Beside(true));
      assertThat(traffic.shares(200)).containsOnlyKeys(5L);
      move(world.release(3), REPLACE);
      assertThat(traffic.shares(200)).containsOnlyKeys(3L);

      world.order(6, Program.notReady(503));
      world.target().prepare(world.release(6));
      world.target().shift(world.environment(), world.release(6).id(), REPLACE);
      Awaitility.await()
          .atMost(LONG)
          .until(() ->
              world.target().progress(world.environment(), world.release(6).id())
                  instanceof RolloutProgress.Failing);
      move(world.release(3), REPLACE);
      assertThat(traffic.shares(200)).containsOnlyKeys(3L);

      assertThat(traffic.failures()).isEmpty();
    }
  }
}
