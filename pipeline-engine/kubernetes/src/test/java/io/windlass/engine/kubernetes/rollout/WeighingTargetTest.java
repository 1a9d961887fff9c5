package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.RolloutStrategyContract;
import io.windlass.engine.rollout.RolloutTarget;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/** Where an HTTPRoute weighs requests. */
final class WeighingTargetTest extends RolloutStrategyContract {
  private World world;

  @Override
  protected RolloutTarget target() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    GatewayKinds.install(cluster.client());
    world = World.open(cluster, GatewayKinds.placement(cluster.namespace("weighing")));
    return world.target();
  }

  @AfterEach
  void close() {
    if (world != null) {
      world.close();
    }
  }

  @Override
  protected EnvironmentId environment() {
    return world.environment();
  }

  @Override
  protected Release good(long number) {
    return world.release(number);
  }

  @Override
  protected Release broken(long number) {
    world.order(number, Program.exits(1, "no such table: basket"));
    return world.release(number);
  }

  @Override
  protected Release missing(long number) {
    return world.missing(number);
  }

  @Override
  protected void size(int total) throws Exception {
    world.fleet().resize(total, "a test");
  }

  @Override
  protected Map<Long, Integer> ready() {
    return world.ready();
  }

  @Override
  protected Map<Long, Double> requests() {
    return world.requests();
  }

  @Override
  protected void breakDown(Release release) {
    world.breakDown(release.number());
  }

  @Override
  protected RolloutTarget restart() {
    return world.restart();
  }
}
