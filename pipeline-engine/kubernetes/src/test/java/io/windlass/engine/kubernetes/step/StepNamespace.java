package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.windlass.engine.kubernetes.part.KubeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A namespace for steps in a cluster of tests, as the documentation says to make it. */
record StepNamespace(KubeCluster cluster, String name) {
  static StepNamespace of(KubeCluster cluster) {
    return new StepNamespace(
        cluster,
        cluster.namespace("steps", Map.of("pod-security.kubernetes.io/enforce", "restricted")));
  }

  /** Gives the server's account the rights of the manifests, and no others. */
  RoleBinding grant() throws IOException {
    return grant("", "");
  }

  /** The same, but for a word of them. */
  RoleBinding grant(String without, String instead) throws IOException {
    Path role =
        Path.of(System.getProperty("windlass.root"), "pipelines/kubernetes/steps/role.yaml");
    String rights = Files.readString(role);
    cluster
        .client()
        .resource(without.isEmpty() ? rights : rights.replace(without, instead))
        .inNamespace(name)
        .createOr(NonDeletingOperation::update);
    return cluster
        .client()
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("windlass-steps")
                .withNamespace(name)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "windlass-steps")
                .addNewSubject("", "ServiceAccount", "windlass", name)
                .build())
        .create();
  }

  /** The server's account. */
  Path kubeconfig() throws IOException {
    return cluster.kubeconfig(name, "windlass");
  }

  /** Lets nothing of a kind be made. */
  void forbid(String kind) {
    cluster
        .client()
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("none")
                .withNamespace(name)
                .endMetadata()
                .withNewSpec()
                .addToHard(kind, new Quantity("0"))
                .endSpec()
                .build())
        .create();
  }
}
