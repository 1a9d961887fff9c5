package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.windlass.engine.kubernetes.part.CertManager;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A release with {@code tls: auto} at an Ingress comes with its certificates, or not at all. */
class CertificatesTest {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Exposure.ByIngress BY =
      new Exposure.ByIngress(
          Optional.empty(),
          Map.of(),
          Optional.of(new Exposure.Issuer("letsencrypt", Exposure.Issuer.EVERYWHERE, 1)));

  private World world;
  private CertManager manager;

  @BeforeEach
  void open() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    kube.define("cert-manager.io_certificates.yaml");
    world = World.open(kube, Placement.in(kube.namespace("tls")).exposed(BY));
    manager = CertManager.start(kube.client(), world.namespace());
    world.fleet().resize(1, "a test");
    bring(world.release(1), new Division.Replace());
    world.tls();
  }

  @AfterEach
  void close() {
    manager.close();
    world.close();
  }

  @Test
  void nothingMovesBeforeTheCertificateIsThere() throws Exception {
    Release second = world.release(2);
    begin(second, new Division.Replace());

    await(
        second,
        progress ->
            progress instanceof RolloutProgress.Progressing moving
                && moving
                    .obstacle()
                    .equals(
                        Optional.of(
                            "waits for the certificate of shop.example.com: it is being issued")));
    assertThat(world.ready()).containsExactly(Map.entry(1L, 1));
    assertThat(ingress().getSpec().getTls()).isEmpty();

    manager.issues();
    await(second, RolloutProgress.Settled.class::isInstance);
    assertThat(world.ready()).containsExactly(Map.entry(2L, 1));
    assertThat(ingress().getSpec().getTls())
        .singleElement()
        .satisfies(tls -> {
          assertThat(tls.getHosts()).containsExactly(World.HOST);
          assertThat(tls.getSecretName()).endsWith("-shop-example-com-tls");
        });
  }

  @Test
  void aShareIsNoExceptionAndWhatWasIssuedIsNotWaitedForAgain() throws Exception {
    Release second = world.release(2);
    begin(second, new Division.Part(Share.percent(50)));
    await(second, progress -> obstacle(progress).contains("waits for the certificate"));
    assertThat(world.ready()).containsExactly(Map.entry(1L, 1));
    manager.issues();
    await(second, RolloutProgress.Settled.class::isInstance);
    bring(second, new Division.Replace());

    world.target().shift(world.environment(), world.release(1).id(), new Division.Replace());
    await(world.release(1), RolloutProgress.Settled.class::isInstance);
    assertThat(certificates()).isEmpty();
  }

  @Test
  void aRefusalFailsTheReleaseWithTheWordsAndIsAskedForAgainLater() throws Exception {
    Release second = world.release(2);
    refuse(second);

    manager.issues();
    world.later(Duration.ofMinutes(16));
    bring(second, new Division.Replace());
    assertThat(world.ready()).containsExactly(Map.entry(2L, 1));
  }

  @Test
  void aHostThatIsRefusedIsAskedForLessAndLessOften() throws Exception {
    refuse(world.release(2));
    assertThat(prepared(3))
        .contains("The certificate of shop.example.com was asked for at", "(1 in a row)");

    // Also where a return has taken the certificate away, and with it what cert-manager knows.
    goBack();
    assertThat(certificates()).isEmpty();
    assertThat(prepared(3)).contains("(1 in a row)", "deploy again then");
    assertThat(world.target().plan(Optional.empty(), world.release(3)))
        .anySatisfy(change -> {
          assertThat(change.subject()).isEqualTo("refused");
          assertThat(change.lines().getFirst().after().orElseThrow()).contains("(1 in a row)");
        });

    world.later(Duration.ofMinutes(16));
    refuse(world.release(3));
    goBack();
    world.later(Duration.ofMinutes(16));
    assertThat(prepared(4)).contains("(2 in a row)");

    world.later(Duration.ofMinutes(15));
    manager.issues();
    bring(world.release(4), new Division.Replace());
    assertThat(world.ready()).containsExactly(Map.entry(4L, 1));
  }

  @Test
  void aHostWhoseCertificateIsKeptIsTakenBackAtOnce() throws Exception {
    manager.issues();
    Release second = world.release(2);
    begin(second, new Division.Part(Share.percent(50)));
    await(second, RolloutProgress.Settled.class::isInstance);
    goBack();
    assertThat(certificates()).isEmpty();

    bring(second, new Division.Replace());

    assertThat(world.ready()).containsExactly(Map.entry(2L, 1));
  }

  @Test
  void aReturnFromARefusalServesAtOnceAndTakesTheCertificateAway() throws Exception {
    manager.refuses("no such issuer");
    Release second = world.release(2);
    begin(second, new Division.Replace());
    await(second, RolloutProgress.Failing.class::isInstance);

    world.target().shift(world.environment(), world.release(1).id(), new Division.Replace());
    await(world.release(1), RolloutProgress.Settled.class::isInstance);

    assertThat(world.ready()).containsExactly(Map.entry(1L, 1));
    assertThat(certificates()).isEmpty();
  }

  @Test
  void whatTheOperatorInstallsLaterIsFound() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    Placement placement = Placement.in(kube.namespace("tls")).exposed(BY);
    try (FaultyApi api = FaultyApi.before(kube);
        World without = World.open(kube, placement, api.kubeconfig(), api.interceptor())) {
      without.tls();
      api.answer("GET", "/apis/cert-manager.io/v1", 404);
      assertThat(without.target().prepare(without.release(1)))
          .isEqualTo(
              new Prepared.Failed(
                  "The target has an issuer for shop.example.com but the cluster knows no Certificate; install cert-manager there"));

      api.heal();

      assertThat(without.target().prepare(without.release(1))).isEqualTo(new Prepared.Ready());
    }
  }

  @Test
  void aCertificateThatTheRepositoryBringsIsItsOwnConcern() throws Exception {
    world.placed(
        new Placement(
            world.namespace(),
            BY,
            List.of(),
            Optional.of(Placement.USER),
            Map.of(),
            Optional.empty(),
            Allowance.of("cert-manager.io/v1/Certificate")));
    manager.refuses("no such issuer");
    Release second =
        world.bringing(
            2,
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              template:
                metadata: { labels: { app: web } }
                spec: { containers: [{ name: web, image: "%s:latest" }] }
            ---
            apiVersion: cert-manager.io/v1
            kind: Certificate
            metadata: { name: internal }
            spec: { dnsNames: [shop.internal], secretName: %s.internal, issuerRef: { name: letsencrypt, kind: ClusterIssuer } }
            """
                .formatted(world.imageName(2), Names.app(world.environment())),
            World.WEB);
    bring(second, new Division.Replace());
    Awaitility.await().atMost(LONG).until(() -> refused(certificate()));
    String uid = certificate().getMetadata().getUid();

    assertThat(world.target().prepare(second)).isEqualTo(new Prepared.Ready());

    assertThat(certificate().getMetadata().getUid()).isEqualTo(uid);
  }

  @Test
  void aReturnWaitsForNoCertificateThatTheReleaseHadBefore() throws Exception {
    Release second = world.release(2);
    manager.issues();
    bring(second, new Division.Replace());
    world.target().retire(world.environment(), world.release(1).id());
    world.plain();
    bring(world.release(3), new Division.Replace());
    assertThat(certificates()).isEmpty();
    manager.refuses("429 urn:ietf:params:acme:error:rateLimited");

    world.target().shift(world.environment(), second.id(), new Division.Replace());

    await(second, RolloutProgress.Settled.class::isInstance);
    assertThat(world.ready()).containsExactly(Map.entry(2L, 1));
  }

  private void bring(Release release, Division division) throws Exception {
    begin(release, division);
    await(release, RolloutProgress.Settled.class::isInstance);
  }

  private void begin(Release release, Division division) throws Exception {
    assertThat(world.target().prepare(release)).isEqualTo(new Prepared.Ready());
    world.target().shift(world.environment(), release.id(), division);
  }

  /** Brings a release whose certificate its issuer refuses. */
  private void refuse(Release release) throws Exception {
    manager.refuses("429 urn:ietf:params:acme:error:rateLimited");
    begin(release, new Division.Replace());
    await(
        release,
        progress ->
            progress instanceof RolloutProgress.Failing failing
                && failing
                    .cause()
                    .matches(
                        "The certificate of shop.example.com is not issued:"
                            + " 429 urn:ietf:params:acme:error:rateLimited;"
                            + " a deployment asks for it again from 20[0-9T:-]+Z on"));
  }

  private void goBack() throws Exception {
    world.target().shift(world.environment(), world.release(1).id(), new Division.Replace());
    await(world.release(1), RolloutProgress.Settled.class::isInstance);
  }

  private String prepared(long number) throws Exception {
    return world.target().prepare(world.release(number)) instanceof Prepared.Failed(var cause)
        ? cause
        : "";
  }

  private void await(Release release, Predicate<RolloutProgress> expected) {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> world.target().progress(world.environment(), release.id()), expected::test);
  }

  private static String obstacle(RolloutProgress progress) {
    return progress instanceof RolloutProgress.Progressing moving
        ? moving.obstacle().orElse("")
        : "";
  }

  private Ingress ingress() {
    return world
        .client()
        .network()
        .v1()
        .ingresses()
        .inNamespace(world.namespace())
        .withName(Names.app(world.environment()))
        .get();
  }

  private GenericKubernetesResource certificate() {
    return certificates().getFirst();
  }

  private static boolean refused(GenericKubernetesResource certificate) {
    return "no such issuer".equals(certificate.get("status", "conditions", 0, "message"));
  }

  private List<GenericKubernetesResource> certificates() {
    return world
        .client()
        .genericKubernetesResources(CertManager.CERTIFICATES)
        .inNamespace(world.namespace())
        .list()
        .getItems();
  }
}
