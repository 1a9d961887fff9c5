package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.part.KubeCluster;

/** Where ingress-nginx weighs requests, by what it documents of its annotations. */
final class NginxTargetTest extends ClusterStrategyContract {
  @Override
  World open() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    IngressNginx.install(cluster.client());
    return World.open(cluster, IngressNginx.placement(cluster.namespace("nginx")));
  }
}
