package io.windlass.engine.kubernetes.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.EnvironmentId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class WishStoreTest {
  private static final EnvironmentId ACME = new EnvironmentId("acme/shop", "web-staging");
  private static final EnvironmentId NAMESAKE = new EnvironmentId("acme/shop-web", "staging");
  private static final Wish FIRST = Wish.first(7, Map.of("web", 2));

  @Test
  void what_is_wanted_of_another_environment_of_the_same_name_is_refused_and_stays()
      throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("wishes");
    try (Cluster cluster =
            Cluster.open(new ClusterSettings(Optional.of(kube.kubeconfig()), Optional.empty()));
        Watches watches = new Watches(cluster, place -> {})) {
      watches.ensure(namespace);
      WishStore wishes = new WishStore(cluster, watches);
      wishes.change(namespace, ACME, now -> Optional.of(FIRST));

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> wishes.read(namespace, NAMESAKE),
              () -> wishes.change(namespace, NAMESAKE, now -> Optional.of(Wish.NOTHING)))) {
        ClusterException refused = catchThrowableOfType(ClusterException.class, call);
        assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        assertThat(refused)
            .hasMessageContaining("ConfigMap shop-web-staging-windlass in namespace")
            .hasMessageContaining("is one that is of acme/shop/web-staging;")
            .hasMessageEndingWith("give acme/shop-web/staging another namespace");
      }
      wishes.remove(namespace, NAMESAKE);
      assertThat(wishes.read(namespace, ACME).map(Kept::wish)).contains(FIRST);
    }
  }

  @Test
  void a_config_map_that_a_repository_brings_is_no_wish_whatever_its_data() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("wishes");
    try (Cluster cluster =
            Cluster.open(new ClusterSettings(Optional.of(kube.kubeconfig()), Optional.empty()));
        Watches watches = new Watches(cluster, place -> {})) {
      watches.ensure(namespace);
      WishStore wishes = new WishStore(cluster, watches);
      wishes.change(namespace, ACME, now -> Optional.of(FIRST));
      Map<String, String> data = new HashMap<>(WishStore.data(Wish.first(9, Map.of("web", 500))));
      data.put("division", "emea");
      for (String name : List.of("a-settings", "shop-web-staging-settings", "z-settings")) {
        kube.client()
            .resource(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(namespace)
                    .withLabels(Labels.common(ACME))
                    .addToAnnotations(Labels.ENVIRONMENT, ACME.toString())
                    .endMetadata()
                    .withData(data)
                    .build())
            .create();
      }
      Place place = Place.of(namespace, ACME);
      Awaitility.await().until(() -> watches.of(ConfigMap.class, place).size() == 4);

      assertThat(wishes.find(place).map(Kept::wish)).contains(FIRST);
      assertThat(new WishStore(cluster, watches).find(place).map(Kept::wish)).contains(FIRST);
    }
  }
}
