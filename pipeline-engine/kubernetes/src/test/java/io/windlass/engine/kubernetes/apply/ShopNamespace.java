package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.Release;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A namespace of its own for each test, where releases of the small shop are applied. */
abstract class ShopNamespace {
  KubeCluster kube;
  Cluster cluster;
  String namespace;
  Applier applier;

  @BeforeEach
  void open() throws Exception {
    kube = KubeCluster.shared();
    cluster = Cluster.open(new ClusterSettings(Optional.of(kube.kubeconfig()), Optional.empty()));
    namespace = kube.namespace("shop");
    applier = new Applier(cluster, Shop.PRODUCTION, namespace);
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      cluster.close();
      kube.client().namespaces().withName(namespace).delete();
    }
  }

  Placement placement() {
    return Placement.in(namespace).exposed(Shop.INGRESS.exposure());
  }

  Rendered rendered(Release release) {
    return Shop.rendered(release, placement());
  }

  Rendered rendered(long number, Map<String, String> env) {
    return rendered(Shop.release(number, env, Map.of("web", Shop.web(), "worker", Shop.worker())));
  }

  /** As a rollout brings it, with one replica for each process. */
  Rendered bring(Rendered release) throws ClusterException {
    for (HasMetadata object : release.objects()) {
      applier.apply(object);
    }
    for (String process : release.processes()) {
      applier.apply(release.workload(process, Slot.BLUE), 1);
    }
    return release;
  }

  /** Changes the web workload as a person would. */
  void edit(String manager, String patch) {
    kube.client()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("shop-production-web")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.STRATEGIC_MERGE)
                .withFieldManager(manager)
                .build(),
            patch);
  }
}
