package io.windlass.engine.kubernetes.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReleaseRecordsTest {
  private static KubeCluster kube;
  private static Cluster cluster;

  private String namespace;
  private ReleaseRecords records;

  @BeforeAll
  static void open() throws Exception {
    kube = KubeCluster.shared();
    cluster = Cluster.open(new ClusterSettings(Optional.of(kube.kubeconfig()), Optional.empty()));
  }

  @AfterAll
  static void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void namespace() {
    namespace = kube.namespace("records");
    records = new ReleaseRecords(cluster, namespace);
  }

  @Test
  void aReleaseComesBackAsItWasKept() throws Exception {
    Rendered release = rendered(Shop.release(41));

    assertThat(records.keep(release)).isEqualTo(release);

    assertThat(records.find(release.id())).contains(release);
    assertThat(records.find(new ReleaseId(Shop.PRODUCTION, 40))).isEmpty();
  }

  @Test
  void theFirstOneStaysWhateverIsRenderedLater() throws Exception {
    Rendered first = rendered(Shop.release(41));
    records.keep(first);

    Rendered kept =
        records.keep(rendered(Shop.release(41, Map.of("LATER", "1"), Map.of("web", Shop.web()))));

    assertThat(kept).isEqualTo(first);
    assertThat(records.find(first.id())).contains(first);
  }

  @Test
  void nobodyChangesARecord() throws Exception {
    records.keep(rendered(Shop.release(41)));

    var found = kube.client().configMaps().inNamespace(namespace);

    assertThat(found.withName("shop-production-release-41").get().getImmutable()).isTrue();
  }

  @Test
  void theReleasesOfAnEnvironmentAreListedInTheirOrder() throws Exception {
    for (long number : new long[] {9, 41, 10}) {
      records.keep(rendered(Shop.release(number)));
    }
    var staging = new EnvironmentId("acme/shop", "staging");
    records.keep(rendered(Shop.release(staging, 3, Shop.release(1).runtime())));

    assertThat(records.list(Shop.PRODUCTION))
        .extracting(ReleaseId::number)
        .containsExactly(9L, 10L, 41L);
    assertThat(records.list(staging)).containsExactly(new ReleaseId(staging, 3));
  }

  @Test
  void aRecordIsRemovedWithItsSecrets() throws Exception {
    Rendered release = rendered(Shop.release(41));
    records.keep(release);
    var secret = release.secret(Map.of("DATABASE_URL", "x")).orElseThrow();
    new Applier(cluster, Shop.PRODUCTION, namespace).apply(secret);

    records.remove(release.id());
    records.remove(release.id());

    assertThat(records.list(Shop.PRODUCTION)).isEmpty();
    assertThat(kube.client().resource(secret).get()).isNull();
  }

  @Test
  void aReleaseThatIsTooLargeIsRefusedWithWhatToDo() {
    byte[] noise = new byte[900_000];
    new Random(1).nextBytes(noise);
    Release large =
        Shop.release(
            1,
            Map.of("NOISE", Base64.getEncoder().encodeToString(noise)),
            Map.of("web", Shop.web()));

    var refused = catchThrowableOfType(ClusterException.class, () -> records.keep(rendered(large)));

    assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
    assertThat(refused)
        .hasMessageContaining("a cluster keeps 900000; put large values of env into the image");
  }

  private Rendered rendered(Release release) {
    return Shop.rendered(release, Placement.in(namespace).exposed(Shop.INGRESS.exposure()));
  }
}
