package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Where ingress-nginx weighs requests, by what it documents of its annotations. */
final class NginxTargetTest extends ClusterStrategyContract {
  private static final Duration LONG = Duration.ofMinutes(4);

  @Override
  World open() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    IngressNginx.install(cluster.client());
    return World.open(cluster, IngressNginx.placement(cluster.namespace("nginx")));
  }

  @Test
  void aClassThatComesLaterWeighsWithoutARestart() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    String namespace = cluster.namespace("nginx");
    try (World world = World.open(cluster, IngressNginx.placement(namespace, namespace))) {
      Release first = world.release(1);
      world.target().prepare(first);
      world.fleet().resize(2, "a test");
      move(world, first, new Division.Replace());
      Release second = world.release(2);
      world.target().prepare(second);
      move(world, second, new Division.Part(Share.percent(10)));
      assertThat(ingresses(world)).isEqualTo(1);

      IngressNginx.install(cluster.client(), namespace);
      world.later(Duration.ofMinutes(2));

      Awaitility.await().atMost(LONG).until(() -> settled(world, second) && ingresses(world) == 2);
    }
  }

  private static int ingresses(World world) {
    return world
        .client()
        .network()
        .v1()
        .ingresses()
        .inNamespace(world.namespace())
        .list()
        .getItems()
        .size();
  }

  private static void move(World world, Release release, Division division) throws Exception {
    world.target().shift(world.environment(), release.id(), division);
    Awaitility.await().atMost(LONG).until(() -> settled(world, release));
  }

  private static boolean settled(World world, Release release) throws Exception {
    return world.target().progress(world.environment(), release.id())
        instanceof RolloutProgress.Settled;
  }
}
