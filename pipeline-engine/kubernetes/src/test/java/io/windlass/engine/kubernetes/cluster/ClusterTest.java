package io.windlass.engine.kubernetes.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTest {
  @TempDir Path folder;

  @Test
  void findsWhatTheClusterHas() throws Exception {
    try (Cluster cluster = open(KubeCluster.shared().kubeconfig())) {
      Capabilities has = cluster.discover();

      assertThat(has.minor()).isGreaterThanOrEqualTo(20);
      assertThat(has.has(Capabilities.PDB)).isEqualTo(has.minor() >= 21);
      assertThat(has.has("policy/v1/Nothing")).isFalse();
    }
  }

  @Test
  void aConnectionThatIsDeadWithoutHavingBeenClosedIsFound() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("silent");
    try (var faulty = FaultyApi.before(kube);
        Cluster cluster =
            Cluster.open(
                new ClusterSettings(
                    Optional.of(faulty.kubeconfig()),
                    Optional.empty(),
                    ClusterSettings.CONNECT,
                    Duration.ofSeconds(1)));
        var maps = cluster.client().configMaps().inNamespace(namespace).inform()) {
      faulty.fallSilent();

      kube.client()
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName("news")
                  .withNamespace(namespace)
                  .endMetadata()
                  .build())
          .create();

      // The library's own limit is five minutes and more.
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> maps.getStore().getByKey(namespace + "/news") != null);
      assertThat(cluster.discover().minor()).isPositive();
    }
  }

  @Test
  void saysWhichVerbOnWhichResourceIsNotGranted() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("forbidden");
    try (Cluster cluster = open(kube.kubeconfig(namespace, "nobody"))) {
      var refused = refused(cluster, namespace);

      assertThat(refused.kind()).isEqualTo(Kind.FORBIDDEN);
      assertThat(refused)
          .hasMessage(
              "Tried to make a map but User \"system:serviceaccount:%s:nobody\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"%s\"; grant it with a Role and a RoleBinding"
                  .formatted(namespace, namespace));
    }
  }

  @Test
  void whatItOffersIsToldAsChartsAskForIt() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    kube.define("cert-manager.io_certificates.yaml");
    try (Cluster cluster = open(kube.kubeconfig())) {
      Offer offer = cluster.offer();

      assertThat(offer.version()).isEqualTo(kube.client().getKubernetesVersion().getGitVersion());
      assertThat(offer.apis())
          .contains("v1", "v1/ConfigMap", "apps/v1", "apps/v1/Deployment")
          .contains("cert-manager.io/v1/Certificate")
          .doesNotContain("keda.sh/v1alpha1", "v1/PodExecOptions")
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void credentialsThatEndedAreToldFromMissingRights() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("expired");
    Path kubeconfig = kube.kubeconfig(namespace, "leaver");
    kube.client().serviceAccounts().inNamespace(namespace).withName("leaver").delete();
    try (Cluster cluster = open(kubeconfig)) {
      var refused = refused(cluster, namespace);

      assertThat(refused.kind()).isEqualTo(Kind.UNAUTHORISED);
      assertThat(refused).hasMessageContaining("refuses the credentials; renew the token");
    }
  }

  @Test
  void aNewTokenInTheFileIsTakenWithoutARestart() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("renewed");
    Path kubeconfig = folder.resolve("kubeconfig");
    Files.copy(kube.kubeconfig(namespace, "old"), kubeconfig);
    try (Cluster cluster = open(kubeconfig)) {
      kube.client().serviceAccounts().inNamespace(namespace).withName("old").delete();
      assertThat(refused(cluster, namespace).kind()).isEqualTo(Kind.UNAUTHORISED);

      Files.copy(kube.kubeconfig(), kubeconfig, StandardCopyOption.REPLACE_EXISTING);

      make(cluster, namespace, map("one"));
    }
  }

  @Test
  void missingTakenInvalidAndOverQuotaAreToldApart() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("kinds");
    try (Cluster cluster = open(kube.kubeconfig())) {
      assertThat(refused(cluster, "no-such-namespace").kind()).isEqualTo(Kind.NOT_FOUND);

      make(cluster, namespace, map("one"));
      assertThat(failure(cluster, namespace, map("one")).kind()).isEqualTo(Kind.CONFLICT);

      var invalid = failure(cluster, namespace, map("Not_A_Name"));
      assertThat(invalid.kind()).isEqualTo(Kind.REFUSED);
      assertThat(invalid)
          .hasMessageContaining("does not take it")
          .hasMessageContaining("Not_A_Name");

      kube.client()
          .resource(
              new ResourceQuotaBuilder()
                  .withNewMetadata()
                  .withName("few")
                  .withNamespace(namespace)
                  .endMetadata()
                  .withNewSpec()
                  .withHard(Map.of("count/services", new Quantity("0")))
                  .endSpec()
                  .build())
          .create();
      kube.client()
          .resourceQuotas()
          .inNamespace(namespace)
          .withName("few")
          .waitUntilCondition(
              q -> q != null && q.getStatus() != null && q.getStatus().getHard() != null,
              60,
              TimeUnit.SECONDS);
      var service =
          new ServiceBuilder()
              .withNewMetadata()
              .withName("one")
              .withNamespace(namespace)
              .endMetadata()
              .withNewSpec()
              .addNewPort()
              .withPort(80)
              .endPort()
              .endSpec()
              .build();
      var quota =
          catchThrowableOfType(
              ClusterException.class,
              () -> cluster.write("make a service", client -> client.resource(service).create()));
      assertThat(quota.kind()).isEqualTo(Kind.REFUSED);
      assertThat(quota).hasMessageContaining("exceeded quota: few");
    }
  }

  @Test
  void aClusterThatIsAwayIsUnreachableAndOpeningItAsksNothing() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (Cluster cluster = open(kubeconfig(port))) {
      var refused = refused(cluster, "any");

      assertThat(refused.kind()).isEqualTo(Kind.UNREACHABLE);
      assertThat(refused)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("look whether");
    }
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsUnreachable() throws Exception {
    try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Cluster cluster =
            Cluster.open(
                new ClusterSettings(
                    Optional.of(kubeconfig(silent.getLocalPort())),
                    Optional.empty(),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(200)))) {
      assertThat(refused(cluster, "any").kind()).isEqualTo(Kind.UNREACHABLE);
    }
  }

  @Test
  void onlyWhatDidNothingIsTriedAgain() throws Exception {
    try (var api = new Answers();
        Cluster cluster = open(kubeconfig(api.port()))) {
      api.next(500, 500, 500);
      assertThat(refused(cluster, "any").kind()).isEqualTo(Kind.SERVER);
      assertThat(api.asked()).containsExactly("POST");

      api.next(429, 500);
      assertThat(refused(cluster, "any").kind()).isEqualTo(Kind.SERVER);
      assertThat(api.asked()).containsExactly("POST", "POST");

      api.next(503, 503, 404);
      ConfigMap found =
          cluster.read("look", c -> c.configMaps().inNamespace("any").withName("a").get());
      assertThat(found).isNull();
      assertThat(api.asked()).containsExactly("GET", "GET", "GET");
    }
  }

  @Test
  void aClusterThatIsToldToWaitLongIsNotWaitedFor() throws Exception {
    try (var api = new Answers();
        Cluster cluster = open(kubeconfig(api.port()))) {
      api.retryAfter = 60;
      api.next(429);

      var throttled = refused(cluster, "any");

      assertThat(throttled.kind()).isEqualTo(Kind.THROTTLED);
      assertThat(throttled.retryAfter()).contains(Duration.ofSeconds(60));
      assertThat(throttled.passes()).isTrue();
    }
  }

  @Test
  void whatAnAdmissionRuleSaysIsNoMissingRight() throws Exception {
    try (var api = new Answers();
        Cluster cluster = open(kubeconfig(api.port()))) {
      api.message = "admission webhook x denied the request: cannot be so";
      api.next(403);

      var refused = refused(cluster, "any");

      assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
      assertThat(refused).hasMessageEndingWith("denied the request: cannot be so");
    }
  }

  @Test
  void aContextThatIsNotThereIsSaidWithThoseThatAre() throws Exception {
    Path kubeconfig = kubeconfig(1);

    var refused =
        catchThrowableOfType(
            ClusterException.class,
            () ->
                Cluster.open(new ClusterSettings(Optional.of(kubeconfig), Optional.of("staging"))));

    assertThat(refused)
        .hasMessage(
            "Tried to use the context \"staging\" but the kubeconfig does not have it; use one of [test]");
    assertThat(catchThrowableOfType(ClusterException.class, () -> open(folder.resolve("none"))))
        .hasMessageContaining("is not there or not readable");
  }

  private static Cluster open(Path kubeconfig) throws ClusterException {
    return Cluster.open(new ClusterSettings(Optional.of(kubeconfig), Optional.empty()));
  }

  private static ClusterException refused(Cluster cluster, String namespace) {
    return failure(cluster, namespace, map("one"));
  }

  private static ClusterException failure(Cluster cluster, String namespace, ConfigMap map) {
    return catchThrowableOfType(ClusterException.class, () -> make(cluster, namespace, map));
  }

  private static void make(Cluster cluster, String namespace, ConfigMap map)
      throws ClusterException {
    cluster.write(
        "make a map", client -> client.configMaps().inNamespace(namespace).resource(map).create());
  }

  private static ConfigMap map(String name) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private Path kubeconfig(int port) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "kube", "config"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{ name: test, cluster: { server: "http://127.0.0.1:%d" } }]
        users: [{ name: test, user: { token: x } }]
        contexts: [{ name: test, context: { cluster: test, user: test } }]
        current-context: test
        """
            .formatted(port));
  }

  /** An API server that answers with these codes, one after the other. */
  private static final class Answers implements AutoCloseable {
    private final HttpServer server;
    private final List<Integer> codes = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private int retryAfter;
    private String message = "no";

    Answers() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
      server.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            int code;
            synchronized (this) {
              asked.add(exchange.getRequestMethod());
              code = codes.removeFirst();
            }
            byte[] status =
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"%s\",\"code\":%d,\"details\":{\"retryAfterSeconds\":%d}}"
                    .formatted(message, code, retryAfter)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, status.length);
            exchange.getResponseBody().write(status);
            exchange.close();
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    synchronized void next(Integer... next) {
      codes.clear();
      asked.clear();
      codes.addAll(List.of(next));
    }

    synchronized List<String> asked() {
      return List.copyOf(asked);
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
