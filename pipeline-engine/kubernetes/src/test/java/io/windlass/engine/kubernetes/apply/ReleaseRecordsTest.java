package io.windlass.engine.kubernetes.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReleaseRecordsTest extends ShopNamespace {
  private ReleaseRecords records;

  @BeforeEach
  void records() {
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

    var elsewhere = new Exposure.ByIngress(Optional.of("traefik"), Map.of(), Optional.empty());
    Rendered kept =
        records.keep(Shop.rendered(Shop.release(41), Placement.in(namespace).exposed(elsewhere)));

    assertThat(kept).isEqualTo(first);
    assertThat(records.find(first.id())).contains(first);
  }

  @Test
  void anotherReleaseUnderANumberThatIsTakenIsRefusedWithWhatToDo() throws Exception {
    Rendered first = rendered(Shop.release(41));
    records.keep(first);
    Rendered restored = rendered(Shop.release(41, Map.of("LATER", "1"), Map.of("web", Shop.web())));

    var refused = catchThrowableOfType(ClusterException.class, () -> records.keep(restored));

    assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
    assertThat(refused)
        .hasMessageContaining("keeps another release under that number, of commit c0ffee41;")
        .hasMessageContaining(
            "--selector=windlass.io/environment=acme.shop.production,windlass.io/release=41");
    assertThat(records.find(first.id())).contains(first);
  }

  static Stream<EnvironmentId> namesakes() {
    return Stream.of(
        new EnvironmentId("beta/shop", "production"), new EnvironmentId("acme/Shop", "production"));
  }

  @ParameterizedTest
  @MethodSource("namesakes")
  void aRecordOfAnotherEnvironmentOfTheSameNameIsRefusedAndStays(EnvironmentId other)
      throws Exception {
    Rendered release = rendered(Shop.release(41));
    records.keep(release);
    var secret = release.secret(Map.of("DATABASE_URL", "x")).orElseThrow();
    new Applier(cluster, Shop.PRODUCTION, namespace).apply(secret);
    Rendered same = rendered(Shop.release(other, 41, release.release().runtime()));

    for (ThrowingCallable call :
        List.<ThrowingCallable>of(() -> records.keep(same), () -> records.find(same.id()))) {
      var refused = catchThrowableOfType(ClusterException.class, call);
      assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
      assertThat(refused)
          .hasMessageContaining("ConfigMap shop-production-release-41 in namespace \"" + namespace)
          .hasMessageContaining("is one that is of acme/shop/production;")
          .hasMessageEndingWith("give " + other + " another namespace");
    }
    records.remove(same.id());
    assertThat(records.find(release.id())).contains(release);
    assertThat(kube.client().resource(secret).get()).isNotNull();
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
}
