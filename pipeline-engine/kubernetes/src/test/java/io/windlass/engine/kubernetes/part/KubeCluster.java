package io.windlass.engine.kubernetes.part;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionStatus;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.windlass.engine.TestParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A cluster of real programs on free loopback ports: etcd, the API server with RBAC, the controller
 * manager and the scheduler. What its nodes do is made up: see {@link Kubelet}.
 *
 * <p>Tests share one ({@link #shared}) and take a namespace each; a test that stops or pauses the
 * API server starts its own. Thread-safe but for the methods that stop and start.
 */
public final class KubeCluster implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final String ADMIN_TOKEN = UUID.randomUUID().toString();

  private static KubeCluster shared;

  private final KubeBinaries binaries;
  private final Path folder;
  private final int etcdPort;
  private final int apiPort;
  private final List<Daemon> daemons = new ArrayList<>();
  private final List<Kubelet> kubelets = new ArrayList<>();
  private Daemon api;
  private KubernetesClient client;

  private KubeCluster(KubeBinaries binaries, Path folder) throws IOException {
    this.binaries = binaries;
    this.folder = folder;
    this.etcdPort = freePort();
    this.apiPort = freePort();
  }

  /**
   * The cluster of this JVM, with one node; started at the first call, stopped with the JVM. Skips
   * the test where the programs are absent, unless this is CI.
   */
  public static synchronized KubeCluster shared() throws IOException {
    if (shared == null) {
      shared = start();
      shared.node("node-1");
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  /** A cluster of the caller's own, without nodes. Skips like {@link #shared}. */
  public static KubeCluster start() throws IOException {
    KubeBinaries binaries = KubeBinaries.needed();
    var cluster = new KubeCluster(binaries, Files.createTempDirectory("kubernetes"));
    try {
      cluster.boot();
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  private void boot() throws IOException {
    daemons.add(etcd());
    writeCredentials();
    api = apiServer();
    awaitFile(certificate());
    writeKubeconfig(adminConfig(), "admin", ADMIN_TOKEN);
    client = client(adminConfig());
    awaitApi();
    daemons.add(controllerManager());
    daemons.add(scheduler());
  }

  private Daemon etcd() throws IOException {
    String peers = "http://127.0.0.1:" + freePort();
    return daemon(
        "etcd",
        List.of(
            "--data-dir=" + folder.resolve("etcd"),
            "--unsafe-no-fsync",
            "--listen-client-urls=http://127.0.0.1:" + etcdPort,
            "--advertise-client-urls=http://127.0.0.1:" + etcdPort,
            "--listen-peer-urls=" + peers,
            "--initial-advertise-peer-urls=" + peers,
            "--initial-cluster=default=" + peers));
  }

  private Daemon apiServer() throws IOException {
    return daemon(
        "kube-apiserver",
        List.of(
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--secure-port=" + apiPort,
            "--cert-dir=" + folder.resolve("api"),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + folder.resolve("accounts.pub"),
            "--service-account-signing-key-file=" + folder.resolve("accounts.key"),
            "--token-auth-file=" + folder.resolve("tokens.csv"),
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--endpoint-reconciler-type=none",
            "--kubelet-preferred-address-types=InternalIP",
            "--kubelet-client-certificate=" + kubeletClientCertificate(),
            "--kubelet-client-key=" + kubeletClient() + ".key",
            "--shutdown-delay-duration=0s"));
  }

  private Daemon controllerManager() throws IOException {
    return daemon(
        "kube-controller-manager",
        List.of(
            "--kubeconfig=" + adminConfig(),
            "--bind-address=127.0.0.1",
            "--secure-port=0",
            "--leader-elect=false",
            "--service-account-private-key-file=" + folder.resolve("accounts.key"),
            "--root-ca-file=" + certificate(),
            "--node-monitor-period=1s",
            "--node-monitor-grace-period=30s",
            "--kube-api-qps=500",
            "--kube-api-burst=1000"));
  }

  private Daemon scheduler() throws IOException {
    Path config = folder.resolve("scheduler.yaml");
    Files.writeString(
        config,
        """
        apiVersion: kubescheduler.config.k8s.io/v1
        kind: KubeSchedulerConfiguration
        leaderElection: { leaderElect: false }
        clientConnection: { kubeconfig: "%s", qps: 500, burst: 1000 }
        """
            .formatted(adminConfig()));
    return daemon(
        "kube-scheduler",
        List.of("--config=" + config, "--bind-address=127.0.0.1", "--secure-port=0"));
  }

  private Daemon daemon(String name, List<String> options) throws IOException {
    var command = new ArrayList<>(List.of(binaries.path(name)));
    command.addAll(options);
    return Daemon.start(folder.resolve(name + ".log"), command);
  }

  private void writeCredentials() throws IOException {
    Files.writeString(
        folder.resolve("tokens.csv"), ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n");
    Path keys = TlsKey.generate(kubeletClient(), "CN=kube-apiserver-kubelet-client");
    TlsKey.export(keys);
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      Files.writeString(
          folder.resolve("accounts.key"),
          TlsKey.pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Files.writeString(
          folder.resolve("accounts.pub"), TlsKey.pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void writeKubeconfig(Path file, String user, String token) throws IOException {
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters: [{ name: test, cluster: { server: "%s", certificate-authority-data: "%s" } }]
        users: [{ name: "%s", user: { token: "%s" } }]
        contexts: [{ name: test, context: { cluster: test, user: "%s" } }]
        current-context: test
        """
            .formatted(
                url(),
                Base64.getEncoder().encodeToString(Files.readAllBytes(certificate())),
                user,
                token,
                user));
  }

  private static KubernetesClient client(Path kubeconfig) throws IOException {
    Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
    config.setRequestRetryBackoffLimit(0);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private void awaitFile(Path file) {
    awaitFrom(() -> Files.exists(file) && Files.size(file) > 0);
  }

  private void awaitApi() {
    awaitFrom(() -> {
      try {
        return "ok".equals(client.raw("/readyz"));
      } catch (KubernetesClientException e) {
        return false;
      }
    });
  }

  private void awaitFrom(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(READY)
        .pollInterval(Duration.ofMillis(50))
        .failFast(() -> {
          if (!api.alive()) {
            throw new IllegalStateException("kube-apiserver ended:\n" + api.tail());
          }
        })
        .until(condition);
  }

  private Path certificate() {
    return folder.resolve("api").resolve("apiserver.crt");
  }

  private Path kubeletClient() {
    return folder.resolve("kubelet-client.p12");
  }

  /** By which kubelets know the API server. */
  Path kubeletClientCertificate() {
    return Path.of(kubeletClient() + ".crt");
  }

  KubeBinaries binaries() {
    return binaries;
  }

  private Path adminConfig() {
    return folder.resolve("admin.kubeconfig");
  }

  /** Where the API server listens. */
  public URI url() {
    return URI.create("https://127.0.0.1:" + apiPort);
  }

  /** A client that may do everything. */
  public KubernetesClient client() {
    return client;
  }

  /** A kubeconfig file of the user that may do everything. */
  public Path kubeconfig() {
    return adminConfig();
  }

  /**
   * A kubeconfig file of a service account, which is made where it is not there and may do nothing
   * that the test does not grant it. Deleting the account makes its credentials invalid.
   */
  public Path kubeconfig(String namespace, String account) throws IOException {
    client
        .serviceAccounts()
        .inNamespace(namespace)
        .resource(
            new ServiceAccountBuilder().withNewMetadata().withName(account).endMetadata().build())
        .serverSideApply();
    String token =
        client
            .serviceAccounts()
            .inNamespace(namespace)
            .withName(account)
            .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build())
            .getStatus()
            .getToken();
    Path file = Files.createTempFile(folder, account, ".kubeconfig");
    writeKubeconfig(file, account, token);
    return file;
  }

  /** Makes a namespace whose name begins so, ready for pods. */
  public String namespace(String prefix) {
    return namespace(prefix, Map.of());
  }

  /** The same with labels, such as those of a Pod Security level. */
  public String namespace(String prefix, Map<String, String> labels) {
    String name = prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build())
        .create();
    client
        .serviceAccounts()
        .inNamespace(name)
        .withName("default")
        .waitUntilCondition(account -> account != null, READY.toSeconds(), TimeUnit.SECONDS);
    return name;
  }

  /**
   * Makes the cluster know a kind, for good. Skips the test where its definition is absent, unless
   * this is CI.
   *
   * @param file as {@code bin/parts} keeps it
   */
  public void define(String file) throws IOException {
    Path definition = TestParts.cache().resolve("custom-resources").resolve(file);
    TestParts.need(Files.exists(definition), file + " (run bin/parts)");
    CustomResourceDefinition made;
    try (var yaml = Files.newInputStream(definition)) {
      made = client.apiextensions().v1().customResourceDefinitions().load(yaml).item();
    }
    client.resource(made).serverSideApply();
    client
        .resource(made)
        .waitUntilCondition(KubeCluster::established, READY.toSeconds(), TimeUnit.SECONDS);
    // Established is said a little before the storage behind it is there.
    Awaitility.await()
        .atMost(READY)
        .ignoreExceptionsInstanceOf(KubernetesClientException.class)
        .until(() ->
            client
                    .genericKubernetesResources(CustomResourceDefinitionContext.fromCrd(made))
                    .inAnyNamespace()
                    .list()
                != null);
  }

  private static boolean established(CustomResourceDefinition definition) {
    return Optional.ofNullable(definition)
        .map(CustomResourceDefinition::getStatus)
        .map(CustomResourceDefinitionStatus::getConditions)
        .orElse(List.of())
        .stream()
        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** Joins a node and returns when the scheduler may use it. */
  public synchronized Kubelet node(String name) throws IOException {
    Kubelet kubelet = Kubelet.start(client, name, Files.createDirectories(folder.resolve(name)));
    kubelets.add(kubelet);
    return kubelet;
  }

  /** Returns when the scheduler may use a node that joins by itself. */
  void awaitNode(String name, Daemon kubelet) {
    Awaitility.await()
        .atMost(READY)
        .pollInterval(Duration.ofMillis(100))
        .failFast(() -> {
          if (!kubelet.alive()) {
            throw new IllegalStateException("kubelet ended:\n" + kubelet.tail());
          }
        })
        .until(() -> {
          var node = client.nodes().withName(name).get();
          return node != null
              && node.getSpec().getTaints().isEmpty()
              && node.getStatus().getConditions().stream()
                  .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
        });
  }

  /** The node that was joined first. */
  public synchronized Kubelet kubelet() {
    return kubelets.getFirst();
  }

  /** Stops the API server's time: requests are accepted and never answered. */
  public void pauseApi() {
    api.pause();
  }

  /** Goes on after {@link #pauseApi}. */
  public void resumeApi() {
    api.resume();
  }

  /** Ends the API server at once: connections break, new ones are refused. */
  public void killApi() {
    api.kill();
    api.close();
  }

  /** Starts the API server again after {@link #killApi}, at the same address. */
  public void startApi() throws IOException {
    api = apiServer();
    awaitApi();
  }

  @Override
  public synchronized void close() {
    kubelets.forEach(Kubelet::close);
    if (client != null) {
      client.close();
    }
    if (api != null) {
      api.resume();
      api.close();
    }
    daemons.reversed().forEach(Daemon::close);
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
