package io.windlass.engine.kubernetes.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ProcessRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a real API server makes of our applies. */
class ApplierTest extends ShopNamespace {
  @Test
  void theSizeIsTheScalersThroughAllLaterDeploys() throws Exception {
    Deployment made = apply(web(1, Map.of("A", "1", "B", "1")), 2);
    assertThat(made.getSpec().getReplicas()).isEqualTo(2);
    assertThat(Ownership.ownsReplicas(made, Ownership.SCALER)).isTrue();
    scale(made, 5);

    Deployment second = apply(web(2, Map.of("A", "2")), 2);
    assertThat(second.getSpec().getReplicas()).isEqualTo(5);
    assertThat(env(second)).containsEntry("A", "2").doesNotContainKey("B");
    assertThat(Ownership.ownsReplicas(second, Ownership.ENGINE)).isFalse();

    scale(second, 7);
    Deployment third = apply(web(3, Map.of()), 2);
    assertThat(third.getSpec().getReplicas()).isEqualTo(7);

    Deployment back = apply(web(1, Map.of("A", "1", "B", "1")), 2);
    assertThat(back.getSpec().getReplicas()).isEqualTo(7);
    assertThat(env(back)).containsEntry("A", "1").containsEntry("B", "1");
    assertThat(Ownership.lastWriterOfReplicas(back)).contains(Ownership.SCALER);
  }

  @Test
  void aWorkloadWhoseMakerDiedBeforeTheScalerTookItsSizeKeepsIt() throws Exception {
    Deployment sized = web(1, Map.of()).edit().editSpec().withReplicas(3).endSpec().build();
    as(Ownership.ENGINE, sized);

    Deployment second = apply(web(2, Map.of()), 1);

    assertThat(second.getSpec().getReplicas()).isEqualTo(3);
    assertThat(Ownership.ownsReplicas(second, Ownership.SCALER)).isTrue();
    assertThat(apply(web(3, Map.of()), 1).getSpec().getReplicas()).isEqualTo(3);
  }

  @Test
  void withoutTheScalerTheServerWouldResetTheSize() {
    Deployment sized = web(1, Map.of()).edit().editSpec().withReplicas(3).endSpec().build();
    as(Ownership.ENGINE, sized);

    Deployment second = as(Ownership.ENGINE, web(2, Map.of()));

    // The trap that the applier is there for: if this changes, so may the applier.
    assertThat(second.getSpec().getReplicas()).isEqualTo(1);
  }

  @Test
  void anEmptySlotIsMadeEmptyAndStaysTheScalers() throws Exception {
    Deployment green = (Deployment) rendered(1, Map.of()).workload("web", Slot.GREEN);

    assertThat(apply(green, 0).getSpec().getReplicas()).isZero();
    assertThat(apply(green, 4).getSpec().getReplicas()).isZero();
  }

  @Test
  void aFieldThatSomebodyElseOwnsIsToldWithItsOwnerAndWhatToDo() throws Exception {
    applier.apply(web(1, Map.of()), 1);
    edit(
        "kubectl-edit",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"x@sha256:1\"}]}}}}");

    var refused =
        catchThrowableOfType(ClusterException.class, () -> applier.apply(web(2, Map.of()), 1));

    assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(refused)
        .hasMessage(
            "Tried to apply Deployment shop-production-web but"
                + " .spec.template.spec.containers[name=\"web\"].image belongs to \"kubectl-edit\";"
                + " take the field out of what that manager writes, or hand it over with \"kubectl"
                + " annotate windlass.io/take-from=kubectl-edit\" on the object");
    assertThat(image()).isEqualTo("x@sha256:1");
  }

  @Test
  void aFieldThatIsHandedOverIsTakenOnceAndOnlyFromWhomWasSaid() throws Exception {
    applier.apply(web(1, Map.of()), 1);
    edit(
        "kubectl-edit",
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"x@sha256:1\"}]}}}}");
    edit("kubectl-edit", "{\"metadata\":{\"annotations\":{\"windlass.io/take-from\":\"argocd\"}}}");
    assertThat(
            catchThrowableOfType(ClusterException.class, () -> applier.apply(web(2, Map.of()), 1)))
        .isNotNull();

    edit(
        "kubectl-edit",
        "{\"metadata\":{\"annotations\":{\"windlass.io/take-from\":\"kubectl-edit\"}}}");
    applier.apply(web(2, Map.of()), 1);

    assertThat(image()).isEqualTo(Shop.release(2).images().get("web").reference());
    assertThat(live().getMetadata().getAnnotations()).doesNotContainKey("windlass.io/take-from");
  }

  @Test
  void whatIsNotOursIsNeverChanged() throws Exception {
    Service foreign = rendered(1, Map.of()).services("web").getFirst();
    Service unlabelled =
        foreign.edit().editMetadata().removeFromLabels(Labels.ENVIRONMENT).endMetadata().build();
    unlabelled.getMetadata().getAnnotations().clear();
    as("helm", unlabelled);

    var refused = catchThrowableOfType(ClusterException.class, () -> applier.apply(foreign));
    assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
    assertThat(refused)
        .hasMessageContaining("one is there that Windlass did not make")
        .hasMessageContaining(
            "kubectl label service shop-production-web windlass.io/environment=acme.shop.production");

    var another = new Applier(cluster, new EnvironmentId("acme/shop", "production-web"), namespace);
    applier.apply(rendered(1, Map.of()).objects().getFirst());
    assertThat(
            catchThrowableOfType(
                ClusterException.class,
                () -> another.apply(rendered(1, Map.of()).objects().getFirst())))
        .hasMessageContaining("is of acme/shop/production;");
  }

  @Test
  void pruningTakesARenamedProcessAndNothingThatIsNotOurs() throws Exception {
    Rendered before = rendered(1, Map.of());
    Map<String, ProcessRuntime> renamed = new TreeMap<>();
    renamed.put("web", Shop.web());
    renamed.put("jobs", Shop.worker());
    Rendered after =
        Shop.rendered(
            Shop.release(2, Map.of(), renamed),
            Placement.in(namespace).exposed(Shop.INGRESS.exposure()));
    bring(before);
    bring(after);
    // Has all of our labels, and no release ever brought it.
    ConfigMap foreign =
        as(
            "kubectl",
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("notes")
                .withNamespace(namespace)
                .withLabels(Labels.common(Shop.PRODUCTION))
                .endMetadata()
                .build());
    // Has a name that a release brought, and is somebody else's by now.
    var taken = before.workload("worker", Slot.GREEN);
    taken.getMetadata().getLabels().remove(Labels.ENVIRONMENT);
    as("kubectl", taken);

    List<ObjectRef> pruned = applier.prune(Inventory.gone(before, after));

    assertThat(pruned)
        .extracting(ObjectRef::toString)
        .containsExactly(
            "Deployment shop-production-worker", "PodDisruptionBudget shop-production-worker");
    assertThat(kube.client().resource(foreign).get()).isNotNull();
    assertThat(kube.client().resource(taken).inNamespace(namespace).get()).isNotNull();
    assertThat(applier.prune(Inventory.gone(before, after))).isEmpty();
    assertThat(applier.find(after.workload("web", Slot.BLUE))).isPresent();
  }

  @Test
  void pruningIsNotStoppedByAControllerThatWritesMeanwhile() throws Exception {
    var budget = new ObjectRef("policy/v1", "PodDisruptionBudget", "shop-production-worker");
    bring(rendered(1, Map.of()));
    try (FaultyApi api = FaultyApi.before(kube);
        Cluster through =
            Cluster.open(
                new ClusterSettings(Optional.of(api.kubeconfig()), Optional.empty()),
                List.of(api.interceptor()))) {
      api.beforeOnce("DELETE", "/shop-production-worker", () -> note(budget));

      List<ObjectRef> pruned =
          new Applier(through, Shop.PRODUCTION, namespace).prune(List.of(budget));

      assertThat(pruned).containsExactly(budget);
    }
    assertThat(applier.find(budget)).isEmpty();
  }

  private void note(ObjectRef budget) {
    kube.client()
        .policy()
        .v1()
        .podDisruptionBudget()
        .inNamespace(namespace)
        .withName(budget.name())
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"example.com/seen\":\"yes\"}}}");
  }

  private Deployment web(long number, Map<String, String> env) {
    return (Deployment) rendered(number, env).workload("web", Slot.BLUE);
  }

  private Deployment apply(Deployment workload, int initial) throws ClusterException {
    return (Deployment) applier.apply(workload, initial);
  }

  /** Applies as another manager would. */
  private <T extends HasMetadata> T as(String manager, T object) {
    return kube.client()
        .resource(object)
        .inNamespace(namespace)
        .fieldManager(manager)
        .forceConflicts()
        .serverSideApply();
  }

  /** Scales as the scaler's fleet does. */
  private void scale(Deployment deployment, int replicas) {
    kube.client()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(deployment.getMetadata().getName())
        .subresource("scale")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(Ownership.SCALER)
                .build(),
            "{\"spec\":{\"replicas\":" + replicas + "}}");
    assertThat(live().getSpec().getReplicas()).isEqualTo(replicas);
  }

  private Deployment live() {
    return kube.client()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("shop-production-web")
        .get();
  }

  private String image() {
    return live().getSpec().getTemplate().getSpec().getContainers().getFirst().getImage();
  }

  private static Map<String, String> env(Deployment deployment) {
    Map<String, String> env = new TreeMap<>();
    deployment
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv()
        .forEach(variable -> env.put(variable.getName(), variable.getValue()));
    return env;
  }
}
