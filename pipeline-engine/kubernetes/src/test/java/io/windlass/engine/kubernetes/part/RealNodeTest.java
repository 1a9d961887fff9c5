package io.windlass.engine.kubernetes.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A real kubelet runs a pod here, and the API server reaches it. */
@Isolated("two kubelets of a machine clear away each other's pods")
final class RealNodeTest {
  @Test
  void aPodOfTheRestrictedProfileRunsAndItsLogIsRead() throws Exception {
    try (KubeCluster cluster = KubeCluster.start();
        RealNode node = RealNode.join(cluster)) {
      String namespace = cluster.namespace("real");
      Pod pod =
          cluster
              .client()
              .resource(
                  new PodBuilder()
                      .withNewMetadata()
                      .withName("hello")
                      .withNamespace(namespace)
                      .endMetadata()
                      .withNewSpec()
                      .withRestartPolicy("Never")
                      .withNewSecurityContext()
                      .withRunAsNonRoot(true)
                      .withRunAsUser(1000L)
                      .withNewSeccompProfile()
                      .withType("RuntimeDefault")
                      .endSeccompProfile()
                      .endSecurityContext()
                      .addNewContainer()
                      .withName("hello")
                      .withImage(node.image())
                      .withCommand("/bin/sh", "-c", "id -u")
                      .endContainer()
                      .endSpec()
                      .build())
              .create();

      cluster
          .client()
          .resource(pod)
          .waitUntilCondition(
              found -> "Succeeded".equals(found.getStatus().getPhase()), 90, TimeUnit.SECONDS);

      assertThat(cluster.client().pods().inNamespace(namespace).withName("hello").getLog())
          .isEqualTo("1000\n");
    }
  }
}
