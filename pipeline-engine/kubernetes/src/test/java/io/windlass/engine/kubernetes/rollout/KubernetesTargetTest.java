package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.part.KubeCluster;

/** Where nothing weighs requests: they follow the replicas. */
final class KubernetesTargetTest extends ClusterStrategyContract {
  @Override
  World open() throws Exception {
    return World.open(KubeCluster.shared());
  }

  @Override
  protected boolean weighs() {
    return false;
  }
}
