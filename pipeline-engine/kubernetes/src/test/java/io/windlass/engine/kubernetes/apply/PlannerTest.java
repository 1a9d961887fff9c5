package io.windlass.engine.kubernetes.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Change;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a person reads before a release is brought, by a real API server's dry run. */
class PlannerTest extends ShopNamespace {
  private Planner planner;

  @BeforeEach
  void planner() {
    planner = new Planner(applier);
  }

  @Test
  void nothingIsThereYetAndNothingIsMade() throws Exception {
    Rendered release = rendered(1, Map.of());

    List<Change> plan = planner.plan(release.all(Slot.BLUE), List.of());

    assertThat(plan).hasSize(7).allMatch(change -> change.kind() == Change.Kind.ADDED);
    assertThat(lines(plan, "Service shop-production-web"))
        .contains("spec.ports[http].port: none -> 80")
        .noneMatch(line -> line.contains("clusterIP"));
    assertThat(applier.find(release.objects().getFirst())).isEmpty();
  }

  @Test
  void aReleaseThatIsThereHasNoDifferenceOfDefaultsOrBookkeeping() throws Exception {
    Rendered release = bring(rendered(1, Map.of()));

    assertThat(planner.plan(release.all(Slot.BLUE), List.of())).isEmpty();
  }

  @Test
  void aNewReleaseShowsWhatItChangesAndNothingElse() throws Exception {
    bring(rendered(1, Map.of("B", "1")));

    List<Change> plan =
        planner.plan(
            List.of(rendered(2, Map.of("A", "0", "B", "2")).workload("web", Slot.BLUE)), List.of());

    String pod = "spec.template.spec.";
    String web = pod + "containers[web].";
    assertThat(lines(plan, "Deployment shop-production-web"))
        .containsExactlyInAnyOrder(
            web + "envFrom[0].secretRef.name: shop-production-r1 -> shop-production-r2",
            web + "env[A].value: none -> 0",
            web + "env[B].value: 1 -> 2",
            web + "env[WINDLASS_SHA].value: c0ffee1 -> c0ffee2",
            pod
                + "topologySpreadConstraints[0].labelSelector.matchLabels[windlass.io/release]: 1 -> 2",
            "spec.template.metadata.labels[app.kubernetes.io/version]: c0ffee1 -> c0ffee2",
            "spec.template.metadata.labels[windlass.io/release]: 1 -> 2");
  }

  @Test
  void whatWouldBePrunedIsShown() throws Exception {
    Rendered before = bring(rendered(1, Map.of()));
    Rendered after =
        Shop.rendered(Shop.release(2, Map.of(), Map.of("web", Shop.web())), placement());

    List<Change> plan = planner.plan(List.of(), Inventory.gone(before, after));

    assertThat(plan)
        .containsExactly(
            new Change("Deployment shop-production-worker", Change.Kind.REMOVED, List.of()),
            new Change(
                "PodDisruptionBudget shop-production-worker", Change.Kind.REMOVED, List.of()));
  }

  @Test
  void aSecretsValueIsNeverShown() throws Exception {
    Rendered first = rendered(1, Map.of());
    HasMetadata secret =
        first.secret(Map.of("A", "hunter2", "B", "correct horse", "C", "gone")).orElseThrow();
    applier.apply(secret);
    HasMetadata changed =
        first.secret(Map.of("A", "hunter3", "B", "correct horse", "D", "new")).orElseThrow();

    var difference =
        Difference.between(ObjectRef.of(secret), applier.find(secret), Optional.of(changed));

    assertThat(lines(difference.stream().toList(), "Secret shop-production-r1"))
        .containsExactly(
            "data.A: (value) -> (another value)",
            "data.C: (value) -> none",
            "data.D: none -> (value)");
  }

  @Test
  void secretsAreComparedByTheirVersions() {
    var first = rendered(1, Map.of()).release();

    assertThat(lines(Planner.secrets(Optional.empty(), first).stream().toList(), "secrets"))
        .containsExactly("DATABASE_URL: none -> version 3");
    assertThat(Planner.secrets(Optional.of(first), first)).isEmpty();
  }

  @Test
  void whatTheClusterWouldNotTakeIsSaid() throws Exception {
    Service service = rendered(1, Map.of()).services("web").getFirst();
    Service wrong =
        service.edit().editSpec().editFirstPort().withPort(99999).endPort().endSpec().build();

    List<Change> plan = planner.plan(List.of(wrong), List.of());

    assertThat(lines(plan, "Service shop-production-web").getFirst())
        .startsWith("refused: none -> Tried to apply Service shop-production-web but")
        .contains("must be between 1 and 65535");
  }

  @Test
  void driftIsWhatSomebodyElseChangedInOurFields() throws Exception {
    Rendered release = bring(rendered(1, Map.of()));
    edit("kubectl-edit", "{\"spec\":{\"replicas\":4,\"paused\":true}}");
    assertThat(planner.drift(release.all(Slot.BLUE))).isEmpty();
    edit("kubectl-edit", "{\"spec\":{\"progressDeadlineSeconds\":1000}}");
    kube.client().services().inNamespace(namespace).withName("shop-production-web").delete();

    List<Change> drift = planner.drift(release.all(Slot.BLUE));

    assertThat(drift)
        .extracting(Change::subject)
        .containsExactly("Service shop-production-web", "Deployment shop-production-web");
    assertThat(lines(drift, "Deployment shop-production-web"))
        .hasSize(2)
        .anyMatch(line ->
            line.startsWith("refused")
                && line.contains(".spec.progressDeadlineSeconds belongs to \"kubectl-edit\""))
        .contains("spec.progressDeadlineSeconds: 1000 -> 360");
  }

  private static List<String> lines(List<Change> plan, String subject) {
    return plan.stream()
        .filter(change -> change.subject().equals(subject))
        .flatMap(change -> change.lines().stream())
        .map(line ->
            line.path()
                + ": "
                + line.before().orElse("none")
                + " -> "
                + line.after().orElse("none"))
        .toList();
  }
}
