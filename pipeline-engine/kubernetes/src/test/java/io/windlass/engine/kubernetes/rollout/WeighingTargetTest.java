package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.part.KubeCluster;

/** Where an HTTPRoute weighs requests. */
final class WeighingTargetTest extends ClusterStrategyContract {
  @Override
  World open() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    GatewayKinds.install(cluster.client());
    return World.open(cluster, GatewayKinds.placement(cluster.namespace("weighing")));
  }
}
