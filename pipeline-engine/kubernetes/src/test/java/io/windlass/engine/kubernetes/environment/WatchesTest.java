package io.windlass.engine.kubernetes.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As an account with rights of its own. */
final class WatchesTest {
  private static final String ACCOUNT = "watcher";

  private KubeCluster kube;
  private String namespace;
  private Path kubeconfig;

  @BeforeEach
  void begin() throws Exception {
    kube = KubeCluster.shared();
    namespace = kube.namespace("watches");
    kubeconfig = kube.kubeconfig(namespace, ACCOUNT);
  }

  private static PolicyRule may(String group, String... resources) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resources)
        .withVerbs("list", "watch")
        .build();
  }

  private void grantHere(PolicyRule... rules) {
    kube.client()
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    kube.client()
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", ACCOUNT)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endSubject()
                .build())
        .create();
  }

  private void grantEverywhere(PolicyRule... rules) {
    kube.client()
        .resource(
            new ClusterRoleBuilder()
                .withNewMetadata()
                .withName(namespace)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    kube.client()
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", namespace)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endSubject()
                .build())
        .create();
  }

  private Cluster open() throws ClusterException {
    return Cluster.open(new ClusterSettings(Optional.of(kubeconfig), Optional.empty()));
  }

  @Test
  void one_kind_that_may_be_watched_everywhere_is_not_enough_for_all() throws Exception {
    grantEverywhere(may("", "pods"));
    grantHere(
        may("", "pods", "services", "configmaps"),
        may("apps", "deployments", "statefulsets", "replicasets"),
        may("discovery.k8s.io", "endpointslices"));

    try (Cluster cluster = open();
        Watches watches = new Watches(cluster, place -> {})) {
      watches.ensure(namespace);

      assertThat(watches.trouble(namespace)).isEmpty();
    }
  }

  @Test
  void a_right_that_is_not_granted_is_said() throws Exception {
    grantHere(
        may("", "pods", "services", "configmaps"),
        may("apps", "deployments", "statefulsets", "replicasets"));

    try (Cluster cluster = open();
        Watches watches = new Watches(cluster, place -> {})) {
      assertThatThrownBy(() -> watches.ensure(namespace))
          .isInstanceOfSatisfying(
              ClusterException.class,
              e -> {
                assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN);
                assertThat(e.reason())
                    .contains("cannot list resource \"endpointslices\"")
                    .endsWith("; grant it with a Role and a RoleBinding");
              });
    }
  }
}
