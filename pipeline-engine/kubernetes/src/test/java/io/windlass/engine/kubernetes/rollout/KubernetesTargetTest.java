package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Where nothing weighs requests: they follow the replicas. */
final class KubernetesTargetTest extends ClusterStrategyContract {
  private static final String UNCLEAR = "worker-";

  @Override
  World open() throws Exception {
    return World.open(KubeCluster.shared());
  }

  @Override
  protected boolean weighs() {
    return false;
  }

  @Test
  void aProcessWhoseNameIsNoLabelIsOneLikeAnyOther() throws Exception {
    target();
    World world = world();
    Release first = world.release(1, World.WEB, UNCLEAR);
    world.target().prepare(first);
    world.fleet().resize(1, "a test");
    world.fleet(UNCLEAR).resize(2, "a test");
    move(first, new Division.Replace());
    Release second = world.release(2, World.WEB, UNCLEAR);
    world.target().prepare(second);

    move(second, new Division.Part(Share.percent(50)));
    move(second, new Division.Replace());

    assertThat(world.fleet(UNCLEAR).state().replicas())
        .extracting(Replica::state)
        .containsExactly(Replica.State.READY, Replica.State.READY);
    Release third = world.release(3);
    world.target().prepare(third);
    move(third, new Division.Replace());
    assertThat(world.fleet(UNCLEAR).state().replicas()).isEmpty();
  }

  private void move(Release release, Division division) throws Exception {
    world().target().shift(release.environment(), release.id(), division);
    Awaitility.await()
        .atMost(Duration.ofMinutes(4))
        .until(() ->
            world().target().progress(release.environment(), release.id())
                instanceof RolloutProgress.Settled);
  }
}
