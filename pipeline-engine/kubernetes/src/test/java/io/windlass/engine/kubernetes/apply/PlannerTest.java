package io.windlass.engine.kubernetes.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.apply.Plan.What;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.ProcessRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person reads before a release is brought, by a real API server's dry run. */
class PlannerTest {
  private static KubeCluster kube;
  private static Cluster cluster;

  private String namespace;
  private Applier applier;
  private Planner planner;

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
    namespace = kube.namespace("plan");
    applier = new Applier(cluster, Shop.PRODUCTION, namespace);
    planner = new Planner(applier);
  }

  @Test
  void nothingIsThereYetAndNothingIsMade() throws Exception {
    Rendered release = rendered(1, Map.of());

    Plan plan = planner.plan(release.all(Slot.BLUE), List.of(), List.of("A note."));

    assertThat(plan.changes()).allMatch(change -> change.what() == What.CREATE);
    assertThat(plan.text())
        .contains("create Service shop-production-web\n")
        .contains("  +    port: 80\n")
        .endsWith("A note.\n");
    assertThat(applier.find(release.objects().getFirst())).isEmpty();
  }

  @Test
  void aReleaseThatIsThereHasNoDifferenceOfDefaultsOrBookkeeping() throws Exception {
    Rendered release = bring(rendered(1, Map.of()));

    Plan plan = planner.plan(release.all(Slot.BLUE), List.of(), List.of());

    assertThat(plan.text()).isEqualTo("7 objects stay as they are\n");
    assertThat(plan.isEmpty()).isTrue();
  }

  @Test
  void aNewReleaseShowsWhatItChangesAndNothingElse() throws Exception {
    bring(rendered(1, Map.of("A", "1")));

    Plan plan =
        planner.plan(
            List.of(rendered(2, Map.of("A", "2")).workload("web", Slot.BLUE)),
            List.of(),
            List.of());

    String text = plan.text();
    assertThat(text.lines().filter(line -> line.matches("  [+-].*")))
        .containsExactlyInAnyOrder(
            "  -        app.kubernetes.io/version: c0ffee1",
            "  +        app.kubernetes.io/version: c0ffee2",
            "  -        windlass.io/release: '1'",
            "  +        windlass.io/release: '2'",
            "  -          value: '1'",
            "  +          value: '2'",
            "  -          value: c0ffee1",
            "  +          value: c0ffee2",
            "  -            name: shop-production-r1",
            "  +            name: shop-production-r2",
            "  -            windlass.io/release: '1'",
            "  +            windlass.io/release: '2'");
  }

  @Test
  void whatWouldBePrunedIsShown() throws Exception {
    Rendered before = bring(rendered(1, Map.of()));
    Rendered after =
        Shop.rendered(Shop.release(2, Map.of(), Map.of("web", Shop.web())), placement());

    Plan plan = planner.plan(after.objects(), Inventory.gone(before, after), List.of());

    assertThat(plan.changes())
        .filteredOn(change -> change.what() == What.DELETE)
        .extracting(change -> change.object().toString())
        .containsExactly(
            "Deployment shop-production-worker", "PodDisruptionBudget shop-production-worker");
  }

  @Test
  void aSecretsValueIsNeverShown() throws Exception {
    Rendered first = rendered(1, Map.of());
    HasMetadata secret = first.secret(Map.of("A", "hunter2", "B", "correct horse")).orElseThrow();
    applier.apply(secret);
    HasMetadata changed = first.secret(Map.of("A", "hunter3", "B", "correct horse")).orElseThrow();

    String text = Difference.between(applier.find(secret), Optional.of(changed));

    assertThat(text)
        .contains("-  A: (value)\n+  A: (another value)\n   B: (value)\n")
        .doesNotContain("aHVudGVy", "hunter", "horse");
    assertThat(Planner.secrets(Optional.empty(), first))
        .containsExactly("Secret \"DATABASE_URL\": none, then version 3");
    assertThat(Planner.secrets(Optional.of(first), first)).isEmpty();
  }

  @Test
  void whatTheClusterWouldNotTakeIsSaid() throws Exception {
    Rendered release = rendered(1, Map.of());
    var wrong =
        release
            .service("web")
            .orElseThrow()
            .edit()
            .editSpec()
            .editFirstPort()
            .withPort(99999)
            .endPort()
            .endSpec()
            .build();

    Plan plan = planner.plan(List.of(wrong), List.of(), List.of());

    assertThat(plan.changes().getFirst().what()).isEqualTo(What.REFUSED);
    assertThat(plan.text()).contains("refused Service shop-production-web", "99999");
  }

  @Test
  void driftIsWhatSomebodyElseChangedInOurFields() throws Exception {
    Rendered release = bring(rendered(1, Map.of()));
    patch("{\"spec\":{\"replicas\":4,\"paused\":true}}");
    assertThat(planner.drift(release.all(Slot.BLUE)).isEmpty()).isTrue();
    patch("{\"spec\":{\"progressDeadlineSeconds\":1000}}");
    kube.client().services().inNamespace(namespace).withName("shop-production-web").delete();

    Plan drift = planner.drift(release.all(Slot.BLUE));

    assertThat(drift.changes())
        .filteredOn(change -> change.what() != What.KEEP)
        .extracting(change -> change.what() + " " + change.object())
        .containsExactly(
            "CREATE Service shop-production-web", "REFUSED Deployment shop-production-web");
    assertThat(drift.text())
        .contains("-  progressDeadlineSeconds: 1000\n  +  progressDeadlineSeconds: 360")
        .contains(".spec.progressDeadlineSeconds belongs to \"kubectl-edit\"");
  }

  private Placement placement() {
    return Placement.in(namespace).exposed(Shop.INGRESS.exposure());
  }

  private Rendered rendered(long number, Map<String, String> env) {
    Map<String, ProcessRuntime> processes = Map.of("web", Shop.web(), "worker", Shop.worker());
    return Shop.rendered(Shop.release(number, env, processes), placement());
  }

  private Rendered bring(Rendered release) throws ClusterException {
    for (HasMetadata object : release.objects()) {
      applier.apply(object);
    }
    for (String process : release.processes()) {
      applier.apply(release.workload(process, Slot.BLUE), 1);
    }
    return release;
  }

  private void patch(String patch) {
    kube.client()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("shop-production-web")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.STRATEGIC_MERGE)
                .withFieldManager("kubectl-edit")
                .build(),
            patch);
  }
}
