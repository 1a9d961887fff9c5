package io.windlass.engine.kubernetes.rollout;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.fleet.Backstop;
import io.windlass.engine.kubernetes.fleet.KubernetesFleet;
import io.windlass.engine.kubernetes.manifest.Manifests;
import io.windlass.engine.kubernetes.manifest.Tools;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Volume;
import io.windlass.engine.secret.SecretValue;
import io.windlass.scaler.fleet.FleetId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** One environment in a namespace of its own of the tests' cluster, with a target for it. */
public final class World implements AutoCloseable {
  private static final Patience IMPATIENT =
      new Patience(Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(3), 3);

  /** The process that every release has. */
  public static final String WEB = "web";

  /** Of its route, where there is one. */
  static final String HOST = "shop.example.com";

  /** The service of the process in what {@link #bringing(long)} brings. */
  static final String BROUGHT = "shop";

  private final KubeCluster kubernetes;
  private volatile Placement placement;
  private final EnvironmentId environment;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final Set<String> missing = new HashSet<>();
  private final Map<ManifestRef, String> texts = new ConcurrentHashMap<>();
  private final Cluster cluster;
  private Tools tools = Tools.none();
  private KubernetesTarget target;
  private Duration drain = Duration.ofSeconds(1);
  private boolean tls;
  private volatile Duration ahead = Duration.ZERO;
  private final Map<String, List<Volume>> volumes = new TreeMap<>();

  private World(
      KubeCluster kubernetes, Placement placement, Path kubeconfig, List<Interceptor> interceptors)
      throws Exception {
    this.kubernetes = kubernetes;
    this.placement = placement;
    this.environment = new EnvironmentId("acme/shop-" + run, "production");
    this.cluster =
        Cluster.open(
            new ClusterSettings(
                Optional.of(kubeconfig),
                Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3)),
            interceptors);
    this.target = make();
  }

  /** Where requests follow the replicas. */
  public static World open(KubeCluster kubernetes) throws Exception {
    return open(kubernetes, Placement.in(kubernetes.namespace("rollout")));
  }

  static World open(KubeCluster kubernetes, Placement placement) throws Exception {
    return new World(kubernetes, placement, kubernetes.kubeconfig(), List.of());
  }

  static World open(KubeCluster kubernetes, Placement placement, Path kubeconfig) throws Exception {
    return new World(kubernetes, placement, kubeconfig, List.of());
  }

  /** The same by a way to the cluster that goes wrong on order. */
  public static World open(KubeCluster kubernetes, FaultyApi api) throws Exception {
    return new World(
        kubernetes,
        Placement.in(kubernetes.namespace("rollout")),
        api.kubeconfig(),
        List.of(api.interceptor()));
  }

  /** The same with somebody's credentials, and with every request shown to the interceptor. */
  static World open(
      KubeCluster kubernetes, Placement placement, Path kubeconfig, Interceptor interceptor)
      throws Exception {
    return new World(kubernetes, placement, kubeconfig, List.of(interceptor));
  }

  private KubernetesTarget make() {
    return new KubernetesTarget(
        cluster,
        asked -> asked.equals(environment) ? Optional.of(placement) : Optional.empty(),
        image -> {
          if (missing.contains(image.digest())) {
            throw new ImageException(
                ImageException.Kind.NOT_FOUND, "Tried to find it but it is not there");
          }
        },
        version -> Optional.of(SecretValue.of("the value of " + version.name())),
        new Manifests(manifests -> Optional.ofNullable(texts.get(manifests)), tools),
        IMPATIENT,
        () -> Instant.now().plus(ahead));
  }

  /** The same target with programs that draw manifests. */
  KubernetesTarget with(Tools programs) {
    tools = programs;
    return restart();
  }

  /** Throws the target away, as a crash of the server does, and makes another. */
  public KubernetesTarget restart() {
    target.close();
    target = make();
    return target;
  }

  public KubernetesTarget target() {
    return target;
  }

  public KubeCluster kubernetes() {
    return kubernetes;
  }

  KubernetesClient client() {
    return kubernetes.client();
  }

  Cluster cluster() {
    return cluster;
  }

  public String namespace() {
    return placement.namespace();
  }

  public EnvironmentId environment() {
    return environment;
  }

  public FleetId fleetId() {
    return new FleetId(environment.toString(), WEB);
  }

  public KubernetesFleet fleet() {
    return fleet(Backstop.REFUSE);
  }

  public KubernetesFleet fleet(Backstop backstop) {
    return fleet(backstop, Map::of);
  }

  public KubernetesFleet fleet(Backstop backstop, Supplier<Map<String, Double>> load) {
    return fleet(fleetId(), backstop, load);
  }

  KubernetesFleet fleet(String process) {
    return fleet(new FleetId(environment.toString(), process), Backstop.REFUSE, Map::of);
  }

  private KubernetesFleet fleet(FleetId id, Backstop backstop, Supplier<Map<String, Double>> load) {
    return new KubernetesFleet(
        cluster, target.watches(), target.wishes(), namespace(), id, backstop, load);
  }

  /** A release whose image does what is ordered of it, and serves without an order. */
  public Release release(long number) {
    return release(number, WEB);
  }

  /** The same that asks for this much, in thousandths of a core. */
  public Release release(long number, int cpuMillis) {
    return release(number, cpuMillis, WEB);
  }

  Release release(long number, String... processes) {
    return release(number, 100, processes);
  }

  Release release(long number, int cpuMillis, String... processes) {
    String digest = "sha256:" + "%064x".formatted(number);
    var image = new ImageRef(image(number) + "@" + digest, digest);
    Map<String, ImageRef> images = new TreeMap<>();
    Map<String, ProcessRuntime> runtimes = new TreeMap<>();
    for (String process : processes) {
      images.put(process, image);
      runtimes.put(process, runtime(process, cpuMillis));
    }
    return new Release(
        new ReleaseId(environment, number),
        "%040x".formatted(number),
        images,
        new AppRuntime(Map.of(), List.of(), runtimes, routes(), Optional.empty()),
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  private ProcessRuntime runtime(String process, int cpuMillis) {
    return new ProcessRuntime(
        Optional.empty(),
        Optional.of(8080),
        Optional.of(
            new HealthRule(
                Optional.of("/ready"),
                Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(60))),
        Optional.of(cpuMillis),
        Optional.of(64L << 20),
        drain,
        volumes.getOrDefault(process, List.of()));
  }

  /** From now on the target's clock is this much ahead. */
  void later(Duration time) {
    ahead = ahead.plus(time);
  }

  /** From now on the operator says this, of the same namespace. */
  void placed(Placement anew) {
    placement = anew;
  }

  /** In releases that are made from now on the process has these volumes. */
  void keeps(String process, Volume... these) {
    volumes.put(process, List.of(these));
  }

  /** A release with objects of its own: a process with two services, and a cache beside it. */
  Release bringing(long number) {
    return bringing(
        number,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: front, labels: { windlass.io/process: web } }
        spec:
          replicas: 7
          selector: { matchLabels: { app: front } }
          template:
            metadata: { labels: { app: front } }
            spec:
              terminationGracePeriodSeconds: 2
              containers:
                - name: web
                  image: %s:latest
                  ports: [{ name: http, containerPort: 8080 }]
                  readinessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 2 }
                  envFrom: [{ configMapRef: { name: settings } }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: shop }
        spec: { selector: { app: front }, ports: [{ port: 80, targetPort: http }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: shop-headless }
        spec: { clusterIP: None, selector: { app: front }, ports: [{ port: 80, targetPort: http }] }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings }
        data: { RELEASE: "%d" }
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: cache }
        spec:
          serviceName: cache
          selector: { matchLabels: { app: cache } }
          template:
            metadata: { labels: { app: cache } }
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{ name: cache, image: "registry.test/cache:8" }]
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: cache }
        spec: { selector: { app: cache }, ports: [{ port: 6379 }] }
        """
            .formatted(image(number), number),
        WEB);
  }

  /** A release that brings objects of its own, for these processes. */
  Release bringing(long number, String text, String... processes) {
    Release plain = release(number, processes);
    var manifests = new ManifestRef(Digest.of(text.getBytes(UTF_8)).toString(), "plain files");
    texts.put(manifests, text);
    Map<String, ProcessRuntime> runtimes = new TreeMap<>();
    ProcessRuntime runtime =
        new ProcessRuntime(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            drain,
            List.of());
    plain.images().keySet().forEach(process -> runtimes.put(process, runtime));
    return new Release(
        plain.id(),
        plain.sha(),
        plain.images(),
        new AppRuntime(
            Map.of("GREETING", "hello $(HOME)"),
            List.of(),
            runtimes,
            List.of(),
            Optional.empty(),
            Optional.of(manifests)),
        plain.createdAt());
  }

  /** The name of a release's image, without its digest. */
  String imageName(long number) {
    return image(number);
  }

  private List<PublicRoute> routes() {
    return placement.exposure() instanceof Exposure.None
        ? List.of()
        : List.of(new PublicRoute(Optional.of(HOST), "/", WEB, tls));
  }

  private String image(long number) {
    return "registry.test/" + run + "/r" + number + "-";
  }

  /** From now on containers of this release do that. */
  public void order(long release, Program program) {
    kubernetes.kubelet().order(image(release), program);
  }

  /** Releases that are made from now on give requests this time. */
  void drain(Duration time) {
    drain = time;
  }

  /** Releases that are made from now on ask for a certificate of their host. */
  void tls() {
    tls = true;
  }

  /** The same ask for none. */
  void plain() {
    tls = false;
  }

  Release missing(long number) {
    Release release = release(number);
    release.images().values().forEach(image -> missing.add(image.digest()));
    return release;
  }

  /** The replicas of a release end, and end again. */
  void breakDown(long release) {
    crash(release, Integer.MAX_VALUE);
  }

  /** One of them does. */
  void breakOne(long release) {
    crash(release, 1);
  }

  private void crash(long release, int most) {
    order(release, Program.exits(1, "no such table: basket"));
    pods().stream()
        .filter(pod -> number(pod) == release && Pods.ready(pod))
        .limit(most)
        .forEach(
            pod -> kubernetes.kubelet().crash(namespace(), pod.getMetadata().getName(), WEB, 1));
  }

  List<Pod> pods() {
    return client()
        .pods()
        .inNamespace(namespace())
        .withLabel(Labels.COMPONENT, WEB)
        .list()
        .getItems();
  }

  static long number(HasMetadata object) {
    return Long.parseLong(object.getMetadata().getLabels().get(Labels.RELEASE));
  }

  /** How many ready replicas each release has. */
  Map<Long, Integer> ready() {
    Map<Long, Integer> ready = new TreeMap<>();
    pods().stream().filter(Pods::ready).forEach(pod -> ready.merge(number(pod), 1, Integer::sum));
    return ready;
  }

  /** The share of the requests that each release gets, as the cluster's objects say. */
  Map<Long, Double> requests() {
    Map<Long, Double> shares = new TreeMap<>();
    weights()
        .forEach((service, weight) -> {
          List<Pod> reached = reached(service);
          reached.forEach(pod -> shares.merge(number(pod), weight / reached.size(), Double::sum));
          if (weight > 0 && reached.isEmpty()) {
            throw new AssertionError(
                service + " has " + weight + " of the requests and no endpoint");
          }
        });
    shares.values().removeIf(share -> share == 0);
    return shares;
  }

  /** The services that requests go to, with their parts. */
  Map<String, Double> weights() {
    return switch (placement.exposure()) {
      case Exposure.None none ->
          Map.of(texts.isEmpty() ? Names.process(environment, WEB) : BROUGHT, 1.0);
      case Exposure.ByGateway by ->
          GatewayKinds.weights(
              client().resources(HTTPRoute.class).inNamespace(namespace()).list().getItems());
      case Exposure.ByIngress by ->
          IngressNginx.weights(
              client().network().v1().ingresses().inNamespace(namespace()).list().getItems(), HOST);
    };
  }

  Exposure exposure() {
    return placement.exposure();
  }

  /** The ready endpoints of a service. */
  List<Pod> reached(String service) {
    Map<String, Pod> pods = new TreeMap<>();
    pods().forEach(pod -> pods.put(pod.getMetadata().getName(), pod));
    return client()
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(namespace())
        .withLabel("kubernetes.io/service-name", service)
        .list()
        .getItems()
        .stream()
        .map(EndpointSlice::getEndpoints)
        .flatMap(List::stream)
        .filter(endpoint -> !Boolean.FALSE.equals(endpoint.getConditions().getReady()))
        .map(endpoint -> pods.get(endpoint.getTargetRef().getName()))
        .filter(Objects::nonNull)
        .toList();
  }

  Service service() {
    return client()
        .services()
        .inNamespace(namespace())
        .withName(Names.process(environment, WEB))
        .get();
  }

  @Override
  public void close() {
    target.close();
    cluster.close();
    client().namespaces().withName(namespace()).delete();
  }
}
