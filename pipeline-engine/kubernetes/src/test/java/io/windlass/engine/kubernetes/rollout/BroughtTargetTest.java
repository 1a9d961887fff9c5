package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.windlass.engine.TestParts;
import io.windlass.engine.kubernetes.manifest.Tools;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same with objects that the repository brings. */
final class BroughtTargetTest extends ClusterStrategyContract {
  private static final Duration LONG = Duration.ofMinutes(4);

  @Override
  World open() throws Exception {
    return World.open(KubeCluster.shared());
  }

  @Override
  Release release(World in, long number) {
    return in.bringing(number);
  }

  @Override
  protected boolean weighs() {
    return false;
  }

  private void live(long number) throws Exception {
    RolloutTarget target = world().target();
    Release release = good(number);
    assertThat(target.prepare(release)).isEqualTo(new Prepared.Ready());
    target.shift(release.environment(), release.id(), new Division.Replace());
    if (number == 1) {
      Awaitility.await().atMost(LONG).until(() -> resized(1));
    }
    await(release, RolloutProgress.Settled.class);
  }

  private boolean resized(int total) {
    try {
      size(total);
      return true;
    } catch (Exception notYet) {
      return false;
    }
  }

  private List<String> configs() {
    return world().client().configMaps().inNamespace(world().namespace()).list().getItems().stream()
        .map(map -> map.getMetadata().getName())
        .filter(name -> name.startsWith("settings"))
        .toList();
  }

  @Test
  void aReleaseArrivesWhenWhatStandsBesideItHas() throws Exception {
    target();
    live(1);

    assertThat(
            world()
                .client()
                .apps()
                .statefulSets()
                .inNamespace(world().namespace())
                .withName("cache")
                .get()
                .getStatus()
                .getReadyReplicas())
        .isEqualTo(1);
  }

  @Test
  void anEarlierReleasesConfigurationGoesWithIt() throws Exception {
    target();
    live(1);
    List<String> first = configs();
    live(2);

    assertThat(first).hasSize(1);
    assertThat(configs()).hasSize(1).doesNotContainAnyElementsOf(first);
  }

  @Test
  void whatALaterReleaseHasBroughtAheadStaysWhenAnEarlierOneArrives() throws Exception {
    target();
    live(1);
    world().target().prepare(good(3));
    List<String> ahead = configs();

    live(2);

    assertThat(ahead).hasSize(2);
    assertThat(configs()).hasSize(2).containsAnyElementsOf(ahead);
  }

  @Test
  void aReleaseThatNeverMovedLeavesNoConfiguration() throws Exception {
    target();
    live(1);
    Release second = good(2);
    world().target().prepare(second);
    assertThat(configs()).hasSize(2);

    world().target().retire(second.environment(), second.id());

    assertThat(configs()).hasSize(1);
  }

  @Test
  void whatWasUnwellBesideAReleaseAndIsNotChangedKeepsNoRolloutAndNoReturnFromItsEnd()
      throws Exception {
    target();
    live(1);
    loseCache();

    live(2);

    Release third = broken(3);
    assertThat(world().target().prepare(third)).isEqualTo(new Prepared.Ready());
    shift(third);
    await(third, RolloutProgress.Failing.class);
    shift(good(2));
    await(good(2), RolloutProgress.Settled.class);
  }

  /** Returns when the cluster counts it no more and can make no other one. */
  private void loseCache() {
    KubeCluster cluster = world().kubernetes();
    cluster.kubelet().lose(world().namespace(), "cache-0");
    world().client().pods().inNamespace(world().namespace()).withName("cache-0").delete();
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                world()
                    .client()
                    .apps()
                    .statefulSets()
                    .inNamespace(world().namespace())
                    .withName("cache")
                    .get()
                    .getStatus(),
            status -> status.getUpdatedReplicas() == null || status.getUpdatedReplicas() == 0);
  }

  private void shift(Release release) throws Exception {
    world().target().shift(release.environment(), release.id(), new Division.Replace());
  }

  private void await(Release release, Class<? extends RolloutProgress> wanted) {
    Awaitility.await()
        .atMost(LONG)
        .until(
            () -> world().target().progress(release.environment(), release.id()),
            wanted::isInstance);
  }

  @Test
  void aReplicaThatAServiceReachesByTwoAddressesIsOne() throws Exception {
    target();
    live(1);
    slices().forEach(this::addSixthVersion);

    world().restart();

    await(good(1), RolloutProgress.Settled.class);
  }

  private List<EndpointSlice> slices() {
    return world()
        .client()
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(world().namespace())
        .withLabelIn("kubernetes.io/service-name", World.BROUGHT, World.BROUGHT + "-headless")
        .list()
        .getItems();
  }

  /** As a cluster with two families of addresses makes it of a service that asks for both. */
  private void addSixthVersion(EndpointSlice fourth) {
    EndpointSlice sixth =
        new EndpointSliceBuilder(fourth)
            .withNewMetadata()
            .withNamespace(fourth.getMetadata().getNamespace())
            .withName(fourth.getMetadata().getName() + "-6")
            .withLabels(fourth.getMetadata().getLabels())
            .addToLabels("endpointslice.kubernetes.io/managed-by", "test")
            .withAnnotations(fourth.getMetadata().getAnnotations())
            .endMetadata()
            .withAddressType("IPv6")
            .build();
    for (int i = 0; i < sixth.getEndpoints().size(); i++) {
      sixth.getEndpoints().get(i).setAddresses(List.of("fd00::" + (i + 1)));
    }
    world().client().resource(sixth).create();
  }

  @Test
  void nothingThatWasBroughtIsLeftAfterARemoval() throws Exception {
    target();
    live(1);

    world().target().remove(world().environment());

    assertThat(configs()).isEmpty();
    assertThat(
            world()
                .client()
                .apps()
                .statefulSets()
                .inNamespace(world().namespace())
                .list()
                .getItems())
        .isEmpty();
    assertThat(world().client().services().inNamespace(world().namespace()).list().getItems())
        .isEmpty();
  }

  @Test
  void aPlanOfTheSameObjectsChangesNothingAndWhatSomebodyChangedIsSeen() throws Exception {
    target();
    live(1);
    assertThat(world().target().drift(good(1))).isEmpty();

    world()
        .client()
        .apps()
        .statefulSets()
        .inNamespace(world().namespace())
        .withName("cache")
        .edit(set -> set.edit().editSpec().withReplicas(3).endSpec().build());
    world().client().services().inNamespace(world().namespace()).withName("shop-headless").delete();

    assertThat(world().target().drift(good(1)))
        .extracting(Change::subject)
        .contains("Service shop-headless");
  }

  /** What it would make of the chart is not known without the cluster; the run asks again. */
  @Test
  void aChartIsNotDrawnWhileItsClusterCannotBeAsked(@TempDir Path folder) throws Exception {
    KubeCluster kube = KubeCluster.shared();
    Path chart = Files.createDirectories(folder.resolve("tree/chart/templates"));
    Files.writeString(
        chart.resolveSibling("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    Files.writeString(
        chart.resolve("all.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: a }
        data: { has: {{ .Capabilities.APIVersions.Has "cert-manager.io/v1/Certificate" | quote }} }
        """);
    kube.define("cert-manager.io_certificates.yaml");
    var spec = new ManifestSpec.Helm("chart", List.of(), Optional.empty());
    Tools tools = new Tools(Optional.empty(), Optional.of(TestParts.program("helm", "tools")));
    try (FaultyApi api = FaultyApi.before(kube);
        World asked = World.open(kube, api)) {
      RolloutTarget target = asked.with(tools);
      api.answer("GET", "/version", 503);

      assertThatThrownBy(() -> target.draw(asked.environment(), spec, folder.resolve("tree")))
          .isInstanceOfSatisfying(
              RolloutException.class,
              e -> assertThat(e.kind()).isEqualTo(RolloutException.Kind.UNREACHABLE))
          .hasMessageContaining("Tried to ask for the version");

      api.heal();
      assertThat(target.draw(asked.environment(), spec, folder.resolve("tree")))
          .isInstanceOfSatisfying(
              Drawn.Made.class, made -> assertThat(made.text()).contains("has: \"true\""));
    }
  }
}
