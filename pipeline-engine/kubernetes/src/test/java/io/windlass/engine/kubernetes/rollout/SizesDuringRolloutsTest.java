package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ways in which a deployment and an autoscaler are known to fight do not exist here. */
final class SizesDuringRolloutsTest {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Division REPLACE = new Division.Replace();
  private static final Division HALF = new Division.Part(Share.percent(50));

  private FaultyApi api;
  private World world;

  @BeforeEach
  void begin() throws Exception {
    api = FaultyApi.before(KubeCluster.shared());
    world = World.open(KubeCluster.shared(), api);
    world.fleet().resize(2, "a test");
    move(world.release(1), REPLACE);
  }

  @AfterEach
  void close() {
    world.close();
    api.close();
  }

  private void begin(Release release, Division division) throws Exception {
    world.target().prepare(release);
    world.target().shift(world.environment(), release.id(), division);
  }

  private void move(Release release, Division division) throws Exception {
    begin(release, division);
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world.target().progress(world.environment(), release.id())
                instanceof RolloutProgress.Settled);
  }

  private List<Deployment> deployments() {
    return world
        .client()
        .apps()
        .deployments()
        .inNamespace(world.namespace())
        .withLabel(Labels.COMPONENT, World.WEB)
        .list()
        .getItems();
  }

  @Test
  void noDeploymentResetsASize() throws Exception {
    world.fleet().resize(5, "a test");

    move(world.release(2), REPLACE);
    move(world.release(3), HALF);
    move(world.release(3), REPLACE);
    move(world.release(4), REPLACE);

    assertThat(world.ready()).isEqualTo(Map.of(4L, 5));
    assertThat(deployments()).extracting(d -> d.getSpec().getReplicas()).containsExactly(5);
  }

  @Test
  void aSizeThatIsSetWhileAReleaseRollsIsKept() throws Exception {
    begin(world.release(2), REPLACE);

    world.fleet().resize(4, "a test");

    move(world.release(2), REPLACE);
    assertThat(world.ready()).isEqualTo(Map.of(2L, 4));
  }

  @Test
  void aSizeThatIsSetInTheMomentThatACanaryBeginsIsKept() throws Exception {
    world.target().prepare(world.release(2));
    FutureTask<Void> resize =
        new FutureTask<>(() -> {
          world.fleet().resize(4, "a test");
          return null;
        });
    // Between looking at the size and writing it down. Who does not wait has time to write there.
    api.beforeOnce(
        "PUT",
        "/configmaps/",
        () -> {
          Thread.ofVirtual().start(resize);
          ended(resize, Duration.ofSeconds(1));
        });

    world.target().shift(world.environment(), world.release(2).id(), HALF);

    resize.get();
    assertThat(world.fleet().state().wanted()).isEqualTo(4);
    Awaitility.await().atMost(LONG).until(() -> world.ready().equals(Map.of(1L, 2, 2L, 2)));
  }

  private static void ended(FutureTask<?> task, Duration within) {
    try {
      task.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It waits for its turn.
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSizeThatIsSetWhileACanaryIsHeldIsKeptByTheReturn() throws Exception {
    move(world.release(2), HALF);
    world.fleet().resize(4, "a test");

    move(world.release(1), REPLACE);

    assertThat(world.ready()).isEqualTo(Map.of(1L, 4));
    assertThat(world.fleet().state().wanted()).isEqualTo(4);
  }

  @Test
  void whatIsThereTwiceIsNotTakenForWanted() throws Exception {
    world.order(2, Program.notReady(503));
    begin(world.release(2), new Division.Beside(false));
    Awaitility.await().atMost(LONG).until(() -> world.fleet().state().replicas().size() == 4);

    FleetState state = world.fleet().state();

    assertThat(state.wanted()).isEqualTo(2);
    assertThat(state.surge()).isEqualTo(2);
  }

  @Test
  void aReleaseThatCrashesMakesNothingGrow() throws Exception {
    world.order(2, Program.exits(1, "no such table: basket"));
    begin(world.release(2), REPLACE);
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world.target().progress(world.environment(), world.release(2).id())
                instanceof RolloutProgress.Failing);

    assertThat(world.fleet().state().wanted()).isEqualTo(2);
    move(world.release(1), REPLACE);
    assertThat(world.ready()).isEqualTo(Map.of(1L, 2));
    assertThat(deployments()).extracting(d -> d.getSpec().getReplicas()).containsExactly(2);
  }

  @Test
  void whatGrowsWhileANewReleaseIsBrokenIsTheOldOne() throws Exception {
    world.order(2, Program.exits(1, "no such table: basket"));
    begin(world.release(2), HALF);

    world.fleet().resize(4, "a test");

    Awaitility.await().atMost(LONG).until(() -> world.ready().equals(Map.of(1L, 4)));
  }

  @Test
  void anEmptyFleetStaysEmpty() throws Exception {
    world.fleet().resize(0, "a test");

    move(world.release(2), REPLACE);
    move(world.release(3), HALF);
    move(world.release(3), REPLACE);

    assertThat(world.fleet().state().wanted()).isZero();
    assertThat(world.pods()).isEmpty();
  }

  @Test
  void aSizeThatSomebodySetByHandIsNotResetByADeployment() throws Exception {
    String name = deployments().getFirst().getMetadata().getName();
    PatchContext byHand =
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager("kubectl-scale")
            .build();
    world
        .client()
        .apps()
        .deployments()
        .inNamespace(world.namespace())
        .withName(name)
        .patch(byHand, "{\"spec\":{\"replicas\":3}}");

    move(world.release(2), REPLACE);
    move(world.release(3), REPLACE);

    assertThat(world.ready()).isEqualTo(Map.of(3L, 3));
  }
}
