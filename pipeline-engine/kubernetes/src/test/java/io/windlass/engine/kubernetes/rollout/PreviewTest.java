package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutProgress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a person reads before a release comes to a cluster. */
class PreviewTest {
  @Test
  void showsWhatComesWhatChangesAndWhatGoesAndNothingWhereAllIsThere() throws Exception {
    try (World world = World.open(KubeCluster.shared())) {
      Release first = world.release(1, World.WEB, "worker");
      assertThat(world.target().plan(Optional.empty(), first))
          .allMatch(change -> change.kind() == Change.Kind.ADDED)
          .anyMatch(change -> change.subject().startsWith("Deployment "));
      bring(world, first);

      assertThat(world.target().plan(Optional.of(first), first)).isEmpty();

      List<Change> changes = world.target().plan(Optional.of(first), world.release(2));
      assertThat(changes)
          .filteredOn(change -> change.kind() == Change.Kind.REMOVED)
          .extracting(Change::subject)
          .allMatch(subject -> subject.endsWith("-worker"))
          .hasSize(3);
      assertThat(changes)
          .filteredOn(change -> change.kind() == Change.Kind.CHANGED)
          .singleElement()
          .satisfies(change ->
              assertThat(change.lines())
                  .anyMatch(
                      line -> line.path().equals("spec.template.spec.containers[web].image")));
    }
  }

  @Test
  void showsWhatSomebodyElseHasChangedOrTakenAwaySinceAReleaseCame() throws Exception {
    try (World world = World.open(KubeCluster.shared())) {
      Release release = world.release(1);
      bring(world, release);
      assertThat(world.target().drift(release)).isEmpty();

      var client = KubeCluster.shared().client();
      String service = Names.process(world.environment(), World.WEB);
      client
          .services()
          .inNamespace(world.namespace())
          .withName(service)
          .edit(found -> {
            found.getSpec().getPorts().getFirst().setPort(8088);
            return found;
          });
      client
          .serviceAccounts()
          .inNamespace(world.namespace())
          .withName(Names.app(world.environment()))
          .delete();

      assertThat(world.target().drift(release))
          .anySatisfy(change -> {
            assertThat(change.subject()).isEqualTo("Service " + service);
            assertThat(change.kind()).isEqualTo(Change.Kind.CHANGED);
            assertThat(change.lines())
                .anyMatch(line -> line.before().filter("8088"::equals).isPresent());
          })
          .anySatisfy(change -> {
            assertThat(change.subject()).startsWith("ServiceAccount ");
            assertThat(change.kind()).isEqualTo(Change.Kind.ADDED);
          })
          .hasSize(2);
    }
  }

  @Test
  void aReleaseThatTheTargetWouldNotTakeIsSaidBesideItsChanges() throws Exception {
    try (World world = World.open(KubeCluster.shared())) {
      Release release = world.release(1);
      AppRuntime runtime = release.runtime();
      var routed =
          new Release(
              release.id(),
              release.sha(),
              release.images(),
              new AppRuntime(
                  Map.of(),
                  List.of(),
                  runtime.processes(),
                  List.of(new PublicRoute(Optional.of("shop.example.com"), "/", World.WEB)),
                  Optional.empty()),
              release.createdAt());

      List<Change> changes = world.target().plan(Optional.empty(), routed);

      assertThat(changes).extracting(Change::subject).contains("process web", "refused");
      assertThat(changes.getLast().lines().getFirst().after().orElseThrow())
          .contains("Nothing leads from outside to shop.example.com");
    }
  }

  private static void bring(World world, Release release) throws Exception {
    assertThat(world.target().prepare(release)).isEqualTo(new Prepared.Ready());
    for (String process : release.images().keySet()) {
      world.fleet(process).resize(1, "a test");
    }
    world.target().shift(world.environment(), release.id(), new Division.Replace());
    Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .until(() ->
            world.target().progress(world.environment(), release.id())
                instanceof RolloutProgress.Settled);
  }
}
