package io.windlass.engine.kubernetes.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Rendering;
import io.windlass.engine.kubernetes.workload.Shop;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.release.Release;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AssemblyTest {
  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web, labels: { team: basket } }
      spec:
        replicas: 5
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web, tier: front } }
          spec:
            containers:
              - name: web
                image: ghcr.io/acme/shop:latest
                env: [{ name: LEVEL, value: debug }]
                envFrom: [{ configMapRef: { name: settings } }]
              - { name: proxy, image: "envoy:1.30" }
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: settings }
      data: { COLOUR: %s }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: shop }
      spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 3000 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cache }
      spec:
        replicas: 2
        selector: { matchLabels: { app: cache } }
        template:
          metadata: { labels: { app: cache } }
          spec: { containers: [{ name: cache, image: "redis:8", securityContext: { runAsUser: 999 } }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: cache }
      spec: { selector: { app: cache }, ports: [{ port: 6379 }] }
      """;

  private static Rendering assemble(Release release, String text) {
    Documents read = Documents.read("test", text);
    assertThat(read.problems()).isEmpty();
    return Assembly.of(release, Placement.in("shop"), read.objects());
  }

  private static Rendered made(String text) {
    return switch (assemble(Shop.bringing("web"), text)) {
      case Rendering.Done(var rendered) -> rendered;
      case Rendering.Refused refused -> throw new AssertionError(refused.reason());
    };
  }

  private static <T extends HasMetadata> T named(Rendered rendered, Class<T> type, String name) {
    return rendered.objects().stream()
        .filter(type::isInstance)
        .map(type::cast)
        .filter(object -> object.getMetadata().getName().startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theReleasesImageVariablesAndSecretsComeIntoTheProcess() {
    PodSpec pod = pods(made(WEB.formatted("red")));
    Container web = pod.getContainers().getFirst();

    assertThat(web.getImage()).matches("ghcr.io/acme/shop@sha256:[0-9a-f]{64}");
    assertThat(web.getEnv())
        .extracting(EnvVar::getName)
        .contains("LEVEL", "NODE_ENV", "WINDLASS_SHA");
    assertThat(web.getEnvFrom().getLast().getSecretRef().getName())
        .isEqualTo("shop-production-r41");
  }

  @Test
  void aContainerOfAnotherImageGetsNoneOfThem() {
    Container proxy = pods(made(WEB.formatted("red"))).getContainers().getLast();

    assertThat(proxy.getImage()).isEqualTo("envoy:1.30");
    assertThat(proxy.getEnvFrom()).isEmpty();
    assertThat(proxy.getEnv()).isEmpty();
  }

  @Test
  void aPodIsKeptFromPodsOfItsOwnEnvironmentOnly() {
    String affinity =
        """
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  - { topologyKey: a, labelSelector: { matchLabels: { app: web, windlass.io/environment: other } } }
                  - { topologyKey: b, labelSelector: {} }
                  - { topologyKey: c }
              podAffinity:
                preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 1
                    podAffinityTerm: { topologyKey: d, labelSelector: { matchExpressions: [{ key: app, operator: Exists }] } }
            containers:
              - name: web
        """;
    Affinity filled =
        pods(made(
                WEB.formatted("red")
                    .replaceFirst(
                        " +containers:\n +- name: web\n",
                        affinity.indent(2).stripTrailing() + "\n")))
            .getAffinity();
    List<PodAffinityTerm> apart =
        filled.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();

    assertThat(apart.getFirst().getLabelSelector().getMatchLabels())
        .isEqualTo(Map.of("app", "web", Labels.ENVIRONMENT, "acme.shop.production"));
    assertThat(apart.get(1).getLabelSelector().getMatchLabels())
        .isEqualTo(Map.of(Labels.ENVIRONMENT, "acme.shop.production"));
    assertThat(apart.getLast().getLabelSelector()).isNull();
    assertThat(
            filled
                .getPodAffinity()
                .getPreferredDuringSchedulingIgnoredDuringExecution()
                .getFirst()
                .getPodAffinityTerm()
                .getLabelSelector()
                .getMatchLabels())
        .isEqualTo(Map.of(Labels.ENVIRONMENT, "acme.shop.production"));
  }

  @Test
  void whatTheRestrictedProfileWantsIsSaidEverywhere() {
    PodSpec pod = pods(made(WEB.formatted("red")));

    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getServiceAccountName()).isEqualTo("shop-production");
    assertThat(pod.getContainers())
        .allSatisfy(container -> {
          assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
          assertThat(container.getSecurityContext().getCapabilities().getDrop())
              .containsExactly("ALL");
        });
    assertThat(pod.getContainers().getFirst().getSecurityContext().getRunAsUser())
        .isEqualTo(Placement.USER);
    assertThat(pod.getContainers().getLast().getSecurityContext().getRunAsUser()).isNull();
  }

  @Test
  void theSizeIsTheScalersAndTheRestIsTheRepositorys() {
    Deployment web = (Deployment) made(WEB.formatted("red")).workload("web", Slot.BLUE);

    assertThat(web.getSpec().getReplicas()).isNull();
    assertThat(web.getMetadata().getName()).isEqualTo("shop-production-web");
    assertThat(web.getMetadata().getLabels()).containsEntry("team", "basket");
    assertThat(web.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("tier", "front")
        .containsEntry(Labels.RELEASE, "41");
    assertThat(web.getSpec().getSelector().getMatchLabels()).doesNotContainKey("app");
  }

  @Test
  void aServiceOfAProcessFollowsItAndAnotherStaysInItsEnvironment() {
    Rendered rendered = made(WEB.formatted("red"));
    Service shop = named(rendered, Service.class, "shop");
    Service cache = named(rendered, Service.class, "cache");

    assertThat(rendered.services("web")).containsExactly(shop);
    assertThat(shop.getSpec().getSelector()).isEqualTo(Labels.selector(Shop.PRODUCTION, "web"));
    assertThat(cache.getSpec().getSelector())
        .containsEntry("app", "cache")
        .containsEntry(Labels.ENVIRONMENT, "acme.shop.production");
  }

  @Test
  void aConfigMapIsCalledByWhatIsInIt() {
    Rendered red = made(WEB.formatted("red"));
    Rendered blue = made(WEB.formatted("blue"));
    String name = named(red, ConfigMap.class, "settings-").getMetadata().getName();

    assertThat(
            pods(red)
                .getContainers()
                .getFirst()
                .getEnvFrom()
                .getFirst()
                .getConfigMapRef()
                .getName())
        .isEqualTo(name);
    assertThat(
            named(made(WEB.formatted("red")), ConfigMap.class, "settings-").getMetadata().getName())
        .isEqualTo(name);
    assertThat(named(blue, ConfigMap.class, "settings-").getMetadata().getName())
        .isNotEqualTo(name);
  }

  @Test
  void anotherWorkloadKeepsItsNameAndItsSize() {
    Deployment cache = named(made(WEB.formatted("red")), Deployment.class, "cache");

    assertThat(cache.getSpec().getReplicas()).isEqualTo(2);
    assertThat(cache.getMetadata().getLabels())
        .containsEntry(Labels.ENVIRONMENT, "acme.shop.production")
        .doesNotContainKey(Labels.SLOT);
    assertThat(cache.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage())
        .isEqualTo("redis:8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: web, labels  | name: front, labels   | process "web" has no Deployment
          shop:latest        | other:latest          | no container of process "web" has the image
          name: LEVEL        | name: NODE_ENV        | sets NODE_ENV, which app.env or app.secrets sets, too
          name: LEVEL        | name: DATABASE_URL    | sets DATABASE_URL
          { name: settings } } ] | { name: typo } } ] | takes ConfigMap "typo", which is not among what is brought
          replicas: 5        | strategy: { type: Recreate } | spec.strategy is Recreate
          replicas: 5        | paused: true          | spec.paused
          ports: [{ port: 80, targetPort: 3000 }] | ports: many | is not of the form
          team: basket       | windlass.io/process: api | process "api", which app.processes does not have
          """)
  void whatCannotBeDoneIsRefusedWithWords(String from, String to, String words) {
    String text = WEB.formatted("red").replace("} }]", "} } ]").replace(from, to);

    assertThat(assemble(Shop.bringing("web"), text))
        .isInstanceOfSatisfying(
            Rendering.Refused.class, refused -> assertThat(refused.reason()).contains(words));
  }

  @Test
  void aServiceOfTwoProcessesIsRefused() {
    String worker = WEB.formatted("red").split("---")[0].replace("name: web, l", "name: worker, l");

    assertThat(assemble(Shop.bringing("web", "worker"), WEB.formatted("red") + "---\n" + worker))
        .isInstanceOfSatisfying(
            Rendering.Refused.class,
            refused -> assertThat(refused.reason()).contains("selects the pods of web and worker"));
  }

  @Test
  void aProcessOfAStatefulSetIsRefused() {
    String text = WEB.formatted("red").replaceFirst("kind: Deployment", "kind: StatefulSet");

    assertThat(assemble(Shop.bringing("web"), text))
        .isInstanceOfSatisfying(
            Rendering.Refused.class,
            refused -> assertThat(refused.reason()).contains("only a Deployment is sized"));
  }

  private static PodSpec pods(Rendered rendered) {
    return Workloads.template(rendered.workload("web", Slot.BLUE)).getSpec();
  }
}
