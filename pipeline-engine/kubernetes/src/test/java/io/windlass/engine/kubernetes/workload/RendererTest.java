package io.windlass.engine.kubernetes.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RendererTest {
  private static final Path FILES =
      Path.of("src/test/resources/io/windlass/engine/kubernetes/workload");

  @Test
  void webAndWorkerBehindAnIngress() throws IOException {
    var rendered = Shop.rendered(Shop.release(41), Shop.INGRESS);

    isAsIn("ingress.yaml", rendered.all(Slot.BLUE));
    assertThat(rendered.notes()).isEmpty();
  }

  @Test
  void webAndWorkerBehindAGatewayAndInTheOtherSlot() throws IOException {
    var placement =
        new Placement(
            "shop",
            new Exposure.ByGateway("public", "gateways", Optional.of("https")),
            List.of("ghcr"),
            Optional.empty(),
            Map.of("pool", "apps"),
            Optional.empty(),
            Allowance.NOTHING);

    isAsIn("gateway-green.yaml", Shop.rendered(Shop.release(41), placement).all(Slot.GREEN));
  }

  @Test
  void theSecretIsImmutableAndOfTheReleaseAlone() throws IOException {
    var rendered = Shop.rendered(Shop.release(41), Shop.INGRESS);

    isAsIn(
        "secret.yaml",
        List.copyOf(rendered.secret(Map.of("DATABASE_URL", "postgres://x")).stream().toList()));
    assertThat(rendered.secret(Map.of())).isEmpty();
  }

  @Test
  void aHostWithTlsHasACertificateOfItsOwn() {
    var issuer = new Exposure.Issuer("letsencrypt", Exposure.Issuer.EVERYWHERE, 1);
    Rendered rendered = Shop.rendered(secured(), exposed(Optional.of(issuer)));

    assertThat(Certificates.in(rendered))
        .singleElement()
        .satisfies(certificate -> {
          assertThat(certificate.getMetadata().getName())
              .isEqualTo("shop-production-shop-example-com-tls");
          assertThat(certificate.getAdditionalProperties().get("spec"))
              .isEqualTo(
                  Map.of(
                      "dnsNames", List.of("shop.example.com"),
                      "secretName", "shop-production-shop-example-com-tls",
                      "secretTemplate", Map.of("labels", Labels.common(Shop.PRODUCTION)),
                      "issuerRef",
                          Map.of(
                              "group", "cert-manager.io",
                              "kind", "ClusterIssuer",
                              "name", "letsencrypt")));
        });
  }

  @Test
  void volumesAreRefusedWhereTheOperatorGivesNone() {
    Release release = keeping(new Volume("uploads", "/data", 20L << 30, true));
    var own = new Storage(Optional.of("fast"), Optional.empty(), 10L << 30, 50L << 30, false);

    Rendering none = Renderer.render(release, Placement.in("shop"), Shop.NEWEST);
    Rendering little = Renderer.render(release, Placement.in("shop").storing(own), Shop.NEWEST);

    assertThat(((Rendering.Refused) none).reason())
        .startsWith("The target has no storage for volume \"uploads\"; let the operator");
    assertThat(((Rendering.Refused) little).reasons())
        .anyMatch(reason -> reason.contains("asks for 20Gi and the target gives one at most 10Gi"))
        .anyMatch(reason -> reason.contains("storage.shared-class"));
  }

  @Test
  void oneClaimIsSharedByAllProcessesAndAsLargeAsTheLargestAsks() {
    var storage = new Storage(Optional.empty(), Optional.of("nfs"), 50L << 30, 50L << 30, false);
    Map<String, ProcessRuntime> processes =
        Map.of(
            "web", Shop.keeping(new Volume("uploads", "/a", 1L << 30, true)),
            "worker", Shop.keeping(new Volume("uploads", "/b", 2L << 30, true)));
    Rendered rendered =
        Shop.rendered(
            Shop.release(
                Shop.PRODUCTION,
                1,
                new AppRuntime(Map.of(), List.of(), processes, List.of(), Optional.empty())),
            Placement.in("shop").storing(storage));

    assertThat(Claims.among(rendered.objects()))
        .singleElement()
        .satisfies(claim -> {
          assertThat(claim.getMetadata().getName()).isEqualTo("shop-production-uploads");
          assertThat(claim.getSpec().getStorageClassName()).isEqualTo("nfs");
          assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteMany");
          assertThat(claim.getSpec().getResources().getRequests().get("storage"))
              .isEqualTo(new Quantity("2Gi"));
        });
  }

  private static Release keeping(Volume volume) {
    return Shop.release(
        Shop.PRODUCTION,
        1,
        new AppRuntime(
            Map.of(), List.of(), Map.of("web", Shop.keeping(volume)), List.of(), Optional.empty()));
  }

  @Test
  void tlsIsRefusedWhereNobodyIssues() {
    Rendering without = Renderer.render(secured(), exposed(Optional.empty()), Shop.NEWEST);
    var issuer = new Exposure.Issuer("own", "Issuer", 1);
    Rendering unknown =
        Renderer.render(secured(), exposed(Optional.of(issuer)), new Capabilities(34, Set.of()));

    assertThat(((Rendering.Refused) without).reason())
        .startsWith("Nobody issues certificates for shop.example.com; let the operator name");
    assertThat(((Rendering.Refused) unknown).reason()).endsWith("install cert-manager there");
  }

  @Test
  void hostsWithTlsAreCountedAndAnEnvironmentHasNoMoreThanTheOperatorGives() {
    var two = Optional.of(new Exposure.Issuer("own", "Issuer", 2));

    assertThat(
            Certificates.in(Shop.rendered(secured("a.example.com", "b.example.com"), exposed(two))))
        .hasSize(2);
    assertThat(
            refusal(
                secured("a.example.com", "b.example.com", "c.example.com"),
                exposed(two),
                Shop.NEWEST))
        .contains("of 3 hosts and the target gives an environment at most 2", "certificates.max");
  }

  private static Placement exposed(Optional<Exposure.Issuer> issuer) {
    return Placement.in("shop").exposed(new Exposure.ByIngress(Optional.empty(), Map.of(), issuer));
  }

  private static Release secured() {
    return secured("shop.example.com");
  }

  private static Release secured(String... hosts) {
    return Shop.release(
        Shop.PRODUCTION,
        1,
        new AppRuntime(
            Map.of(),
            List.of(),
            Map.of("web", Shop.web()),
            Stream.of(hosts)
                .map(host -> new PublicRoute(Optional.of(host), "/", "web", true))
                .toList(),
            Optional.empty()));
  }

  @Test
  void anOldClusterGetsWhatItKnowsAndANote() {
    var old = new Capabilities(20, Set.of());

    Rendering rendering = Renderer.render(Shop.release(1), Shop.INGRESS, old);

    var rendered = ((Rendering.Done) rendering).rendered();
    assertThat(rendered.objects()).noneMatch(o -> o.getKind().equals("PodDisruptionBudget"));
    assertThat(rendered.notes()).singleElement().asString().contains("policy/v1");
    var stop =
        Workloads.template(rendered.workload("web", Slot.BLUE))
            .getSpec()
            .getContainers()
            .getFirst()
            .getLifecycle()
            .getPreStop();
    assertThat(stop.getSleep()).isNull();
    assertThat(stop.getExec().getCommand()).containsExactly("sleep", "30");
  }

  @Test
  void aHostThatNothingLeadsToIsRefusedWithWhatToDo() {
    assertThat(refusal(Shop.release(1), Placement.in("shop"), Shop.NEWEST))
        .contains("shop.example.com", "ingress class or a gateway");
  }

  @Test
  void aGatewayWithoutTheGatewayApiIsRefused() {
    var placement =
        Placement.in("shop").exposed(new Exposure.ByGateway("public", "gw", Optional.empty()));

    assertThat(refusal(Shop.release(1), placement, new Capabilities(34, Set.of(Capabilities.PDB))))
        .contains("knows no HTTPRoute");
  }

  @Test
  void anImageThatNoClusterCanPullIsRefused() {
    Release release = Shop.release(1);
    String digest = "sha256:" + "0".repeat(64);
    var local =
        new Release(
            release.id(),
            release.sha(),
            Map.of("web", new ImageRef("shop", digest), "worker", release.images().get("worker")),
            release.runtime(),
            release.createdAt());

    assertThat(refusal(local, Shop.INGRESS, Shop.NEWEST))
        .contains("\"web\"", "registry that the cluster can pull from")
        .doesNotContain("worker");
  }

  @Test
  void aRouteWithoutAHostWouldTakeTheWholeClusterAndIsLeftOut() {
    var runtime =
        new AppRuntime(
            Map.of(),
            List.of(),
            Map.of("web", Shop.web()),
            List.of(new PublicRoute(Optional.empty(), "/", "web")),
            Optional.empty());

    var rendered = Shop.rendered(Shop.release(Shop.PRODUCTION, 1, runtime), Shop.INGRESS);

    assertThat(rendered.objects()).noneMatch(o -> o.getKind().equals("Ingress"));
    assertThat(rendered.notes()).singleElement().asString().contains("every host of the cluster");
  }

  private static String refusal(Release release, Placement placement, Capabilities cluster) {
    return ((Rendering.Refused) Renderer.render(release, placement, cluster)).reason();
  }

  private static void isAsIn(String file, List<HasMetadata> objects) throws IOException {
    String yaml = objects.stream().map(Yaml::of).collect(Collectors.joining());
    Path actual = Files.createDirectories(Path.of("target/rendered")).resolve(file);
    Files.writeString(actual, yaml);
    Path expected = FILES.resolve(file);
    assertThat(expected).exists();
    assertThat(yaml).as("%s, beside %s", expected, actual).isEqualTo(Files.readString(expected));
  }
}
