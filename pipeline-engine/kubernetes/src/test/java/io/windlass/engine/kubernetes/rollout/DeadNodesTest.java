package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.windlass.engine.kubernetes.part.Disks;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.Volume;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is left of pods on a node that does not answer keeps nothing from going on. */
final class DeadNodesTest {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Division REPLACE = new Division.Replace();

  private World world;
  private Optional<Disks> disks = Optional.empty();

  private void open(Placement placement, int size) throws Exception {
    world = World.open(KubeCluster.shared(), placement);
    world.fleet().resize(size, "a test");
  }

  @AfterEach
  void close() {
    world.client().pods().inNamespace(world.namespace()).withGracePeriod(0).delete();
    world.close();
    disks.ifPresent(Disks::close);
  }

  private void bring(Release release, Division division) throws Exception {
    begin(release, division);
    await(release, RolloutProgress.Settled.class);
  }

  private void begin(Release release, Division division) throws Exception {
    world.target().prepare(release);
    world.target().shift(world.environment(), release.id(), division);
  }

  private RolloutProgress await(Release release, Class<? extends RolloutProgress> wanted) {
    return Awaitility.await()
        .atMost(LONG)
        .until(
            () -> world.target().progress(world.environment(), release.id()), wanted::isInstance);
  }

  /** Returns when the cluster has asked these to go, which they do not. */
  private void awaitLeaving(List<Pod> lost) {
    List<String> names = lost.stream().map(pod -> pod.getMetadata().getName()).toList();
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world.pods().stream()
                .filter(pod -> names.contains(pod.getMetadata().getName()))
                .allMatch(Pods::leaving));
  }

  private List<Pod> lose() {
    List<Pod> pods = world.pods();
    pods.forEach(
        pod -> world.kubernetes().kubelet().lose(world.namespace(), pod.getMetadata().getName()));
    return pods;
  }

  static Stream<Arguments> rollouts() {
    return Stream.of(
        Arguments.of(List.of(REPLACE)),
        Arguments.of(List.of(new Division.Beside(false), new Division.Beside(true), REPLACE)));
  }

  @ParameterizedTest
  @MethodSource("rollouts")
  void aRolloutEndsWithoutThePodsThatNobodyTellsTheEndOf(List<Division> divisions)
      throws Exception {
    open(Placement.in(KubeCluster.shared().namespace("dead")), 2);
    bring(world.release(1), REPLACE);
    List<Pod> lost = lose();
    Release second = world.release(2);
    for (Division division : divisions.subList(0, divisions.size() - 1)) {
      bring(second, division);
    }
    begin(second, REPLACE);
    awaitLeaving(lost);
    assertThat(world.target().progress(world.environment(), second.id()))
        .isInstanceOf(RolloutProgress.Progressing.class);

    world.later(Duration.ofMinutes(10));

    await(second, RolloutProgress.Settled.class);
    assertThat(world.ready()).isEqualTo(Map.of(2L, 2));
    assertThat(world.requests()).isEqualTo(Map.of(2L, 1.0));
    assertThat(world.pods()).hasSize(4);
  }

  @Test
  void whatIsRemovedIsGoneWithoutThePodsThatNobodyTellsTheEndOf() throws Exception {
    open(Placement.in(KubeCluster.shared().namespace("dead")), 2);
    bring(world.release(1), REPLACE);
    List<Pod> lost = lose();
    Future<?> removal = remove();
    awaitLeaving(lost);
    assertThat(removal).isNotDone();

    world.later(Duration.ofMinutes(10));

    removal.get(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(world.service()).isNull();
  }

  @Test
  void podsThatTheClusterDoesNotEvenAskToGoAreNamed() throws Exception {
    open(Placement.in(KubeCluster.shared().namespace("dead")), 1);
    bring(world.release(1), REPLACE);
    Pod pod = world.pods().getFirst();
    world
        .client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName("orphan")
                .withNamespace(world.namespace())
                .withLabels(Map.of(Labels.ENVIRONMENT, Labels.environment(world.environment())))
                .endMetadata()
                .withSpec(pod.getSpec())
                .build())
        .create();
    Future<?> removal = remove();
    Awaitility.await().atMost(LONG).until(() -> world.pods().isEmpty());

    world.later(Duration.ofHours(1));

    assertThatThrownBy(() -> removal.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(RolloutException.class)
        .hasMessageContaining("after 30 minutes there are still orphan (node ")
        .cause()
        .hasFieldOrPropertyWithValue("kind", RolloutException.Kind.REFUSED);
  }

  private Future<?> remove() {
    CompletableFuture<Void> removal = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            world.target().remove(world.environment());
            removal.complete(null);
          } catch (Exception e) {
            removal.completeExceptionally(e);
          }
        });
    return removal;
  }

  @Test
  void theOnlyReplicaThatThereMayBeIsWaitedForAndSaid() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("dead");
    disks = Optional.of(Disks.make(kube.client(), namespace, 1));
    Optional<String> kind = Optional.of(disks.get().storageClass());
    var storage = new Storage(kind, kind, Storage.MOST_BYTES, 5L << 30, false);
    open(
        new Placement(
            namespace,
            new Exposure.None(),
            List.of(),
            Optional.of(Placement.USER),
            Map.of(),
            Optional.of(storage),
            Allowance.NOTHING),
        1);
    world.keeps(World.WEB, new Volume("data", "/data", 1L << 30, false));
    bring(world.release(1), REPLACE);
    Pod lost = lose().getFirst();
    Release second = world.release(2);
    begin(second, REPLACE);
    awaitLeaving(List.of(lost));

    world.later(Duration.ofMinutes(10));

    assertThat(world.target().progress(world.environment(), second.id()))
        .isInstanceOfSatisfying(
            RolloutProgress.Progressing.class,
            progressing ->
                assertThat(progressing.obstacle())
                    .hasValueSatisfying(what ->
                        assertThat(what)
                            .contains(
                                "no replica of \"web\" can take the place of Pod "
                                    + lost.getMetadata().getName(),
                                "node \"" + lost.getSpec().getNodeName() + "\"")));
    world.client().resource(lost).withGracePeriod(0).delete();
    await(second, RolloutProgress.Settled.class);
  }
}
