package io.windlass.engine.kubernetes.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.apply.Ownership;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.rollout.World;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.decision.Decide;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.decision.Observation;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetContract;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Share;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KubernetesFleetTest extends FleetContract {
  private static final Duration LONG = Duration.ofMinutes(4);

  private FaultyApi api;
  private World world;
  private KubernetesFleet fleet;

  @BeforeEach
  void open() throws Exception {
    KubeCluster cluster = KubeCluster.shared();
    api = FaultyApi.before(cluster);
    world = World.open(cluster, api);
    fleet = world.fleet();
    fleet.resize(2, "a test");
    roll(world.release(1), new Division.Replace());
    Awaitility.await().atMost(LONG).until(() -> fleet.state().count(Replica.State.READY) == 2);
  }

  @AfterEach
  void close() {
    world.close();
    api.close();
  }

  private void roll(Release release, Division division) throws Exception {
    world.target().prepare(release);
    world.target().shift(world.environment(), release.id(), division);
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world.target().progress(world.environment(), release.id())
                instanceof RolloutProgress.Settled);
  }

  @Override
  protected Fleet fleet() {
    return fleet;
  }

  @Override
  protected void cutOff() {
    api.cutOff();
    Awaitility.await()
        .atMost(LONG)
        .until(() -> world.target().watches().trouble(world.namespace()).isPresent());
  }

  private Deployment deployment() {
    return world
        .kubernetes()
        .client()
        .apps()
        .deployments()
        .inNamespace(world.namespace())
        .withName(Names.workload(world.environment(), World.WEB, Slot.BLUE))
        .get();
  }

  @Test
  void tells_replicas_apart_by_release_and_readiness() throws Exception {
    roll(world.release(2), new Division.Part(Share.percent(50)));

    assertThat(fleet.state().replicas())
        .extracting(Replica::release, Replica::state)
        .containsExactlyInAnyOrder(
            tuple(world.release(1).id().toString(), Replica.State.READY),
            tuple(world.release(2).id().toString(), Replica.State.READY));
    assertThat(fleet.state().wanted()).isEqualTo(2);
    assertThat(fleet.state().surge()).isZero();
  }

  @Test
  void the_side_of_a_blue_green_rollout_that_gets_no_requests_stands_by() throws Exception {
    roll(world.release(2), new Division.Beside(false));

    assertThat(fleet.state().replicas())
        .extracting(Replica::release, Replica::state)
        .containsOnly(
            tuple(world.release(1).id().toString(), Replica.State.READY),
            tuple(world.release(2).id().toString(), Replica.State.STANDBY));
    roll(world.release(2), new Division.Beside(true));
    assertThat(fleet.state().in(Replica.State.STANDBY))
        .extracting(Replica::release)
        .containsOnly(world.release(1).id().toString());
  }

  @Test
  void owns_the_size_under_a_manager_of_its_own() throws Exception {
    fleet.resize(3, "a test");

    assertThat(Ownership.lastWriterOfReplicas(deployment())).contains(Ownership.SCALER);
    assertThat(fleet.state().lastWriter()).contains("windlass");
  }

  @Test
  void names_somebody_else_who_sized_it() {
    sizeByHand(5);

    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() -> {
          assertThat(fleet.state().wanted()).isEqualTo(5);
          assertThat(fleet.state().lastWriter()).contains("kubectl-scale");
        });
  }

  private void sizeByHand(int size) {
    world
        .kubernetes()
        .client()
        .apps()
        .deployments()
        .inNamespace(world.namespace())
        .withName(deployment().getMetadata().getName())
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager("kubectl-scale")
                .build(),
            "{\"spec\":{\"replicas\":" + size + "}}");
  }

  @Test
  void a_size_is_not_written_over_one_that_it_has_not_seen() {
    api.beforeOnce("PATCH", "/scale", () -> sizeByHand(5));

    assertThatThrownBy(() -> fleet.resize(3, "a test"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("changed meanwhile");
    assertThat(deployment().getSpec().getReplicas()).isEqualTo(5);
  }

  @Test
  void refuses_to_fight_with_another_autoscaler_and_says_how_to_end_it() {
    rival(null);

    assertThatThrownBy(() -> fleet.resize(3, "a test"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("kubectl delete horizontalpodautoscaler other");
    assertThatThrownBy(() -> world.fleet(Backstop.ALLOW).resize(3, "a test"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("scaleDown.selectPolicy to Disabled");
    assertThat(deployment().getSpec().getReplicas()).isEqualTo(2);
  }

  @Test
  void lets_one_be_that_only_grows_where_the_operator_says_so() throws Exception {
    rival("Disabled");

    world.fleet(Backstop.ALLOW).resize(3, "a test");

    assertThat(deployment().getSpec().getReplicas()).isEqualTo(3);
  }

  private void rival(String scaleDown) {
    HorizontalPodAutoscaler rival =
        new HorizontalPodAutoscalerBuilder()
            .withNewMetadata()
            .withName("other")
            .withNamespace(world.namespace())
            .endMetadata()
            .withNewSpec()
            .withMinReplicas(2)
            .withMaxReplicas(9)
            .withNewScaleTargetRef("apps/v1", "Deployment", deployment().getMetadata().getName())
            .addNewMetric()
            .withType("Resource")
            .withNewResource()
            .withName("cpu")
            .withNewTarget()
            .withType("Utilization")
            .withAverageUtilization(50)
            .endTarget()
            .endResource()
            .endMetric()
            .endSpec()
            .build();
    if (scaleDown != null) {
      rival =
          rival
              .edit()
              .editSpec()
              .withNewBehavior()
              .withNewScaleDown()
              .withSelectPolicy(scaleDown)
              .endScaleDown()
              .endBehavior()
              .endSpec()
              .build();
    }
    world.kubernetes().client().resource(rival).create();
  }

  @Test
  void a_size_that_no_node_has_room_for_is_a_limit_and_not_asked_for_again() throws Exception {
    // Two of them fit on the node, with room for what other tests have there.
    Release large = world.release(2, 22_000);
    world.target().prepare(large);
    fleet.resize(1, "a test");
    roll(large, new Division.Replace());

    fleet.resize(3, "a test");

    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.state().hostLimit())
                .hasValueSatisfying(limit -> {
                  assertThat(limit.max()).isEqualTo(2);
                  assertThat(limit.reason())
                      .startsWith("no node has room for another replica: ")
                      .contains("Insufficient cpu");
                }));
    FleetState full = fleet.state();
    Decision next =
        Decide.decide(
                Scaling.fixed(9),
                new Observation(full, List.of(), List.of(), Duration.ofSeconds(15)),
                Memory.EMPTY,
                Instant.now())
            .decision();
    assertThat(next.result()).as(next.sentence()).isEqualTo(3);
    assertThat(next.sentence()).contains("no node has room for another replica");
  }

  @Test
  void a_size_that_the_quota_does_not_grant_is_a_limit_with_its_reason() throws Exception {
    world
        .kubernetes()
        .client()
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("small")
                .withNamespace(world.namespace())
                .endMetadata()
                .withNewSpec()
                .withHard(Map.of("pods", new Quantity("3")))
                .endSpec()
                .build())
        .create();
    world
        .kubernetes()
        .client()
        .resourceQuotas()
        .inNamespace(world.namespace())
        .withName("small")
        .waitUntilCondition(
            quota -> quota.getStatus() != null && quota.getStatus().getUsed() != null,
            60,
            TimeUnit.SECONDS);

    fleet.resize(5, "a test");

    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.state().hostLimit())
                .hasValueSatisfying(limit -> {
                  assertThat(limit.max()).isEqualTo(3);
                  assertThat(limit.reason()).contains("exceeded quota: small");
                }));
  }

  @Test
  void the_cheapest_replicas_are_marked_before_others_go() throws Exception {
    fleet.resize(3, "a test");
    Awaitility.await().atMost(LONG).until(() -> fleet.state().count(Replica.State.READY) == 3);
    String busy = fleet.state().replicas().get(1).id();
    Map<String, Double> load =
        Map.of(
            fleet.state().replicas().get(0).id(),
            1.0,
            busy,
            9.0,
            fleet.state().replicas().get(2).id(),
            1.0);

    world.fleet(Backstop.REFUSE, () -> load).resize(1, "a test");

    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(fleet.state().replicas()).extracting(Replica::id).containsExactly(busy));
  }

  @Test
  void a_total_is_kept_while_a_rollout_divides_it_and_is_the_workloads_own_again_after()
      throws Exception {
    roll(world.release(2), new Division.Part(Share.percent(50)));

    fleet.resize(4, "a test");

    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() -> {
          assertThat(fleet.state().count(Replica.State.READY)).isEqualTo(4);
          assertThat(deployment().getSpec().getReplicas()).isEqualTo(2);
        });
    roll(world.release(2), new Division.Replace());
    assertThat(fleet.state().wanted()).isEqualTo(4);
    fleet.resize(3, "a test");
    Awaitility.await().atMost(LONG).until(() -> fleet.state().replicas().size() == 3);
    assertThat(world.kubernetes().client().pods().inNamespace(world.namespace()).list().getItems())
        .extracting((Pod pod) -> pod.getMetadata().getLabels().get("windlass.io/release"))
        .containsOnly("2");
  }
}
