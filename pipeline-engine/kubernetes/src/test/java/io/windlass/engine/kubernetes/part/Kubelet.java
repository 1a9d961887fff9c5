package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A node whose containers do what a test orders. It stands in for a real kubelet, which needs root,
 * control groups, a container runtime and images, takes minutes to show a crash loop, and cannot be
 * made to fail on order. Everything else is as on a real node: the scheduler binds pods to it, it
 * keeps their status and events through the API server as a kubelet does, in a kubelet's words, and
 * refuses what a kubelet refuses (a missing secret, root where {@code runAsNonRoot} is asked).
 *
 * <p>Without an order a container serves on its ports where the pod is to be kept running, and ends
 * well where it is not. The times of probes, of back-off and of sleeping before the end are {@value
 * #SPEED} times shorter than what the pods' objects say. All methods are thread-safe.
 */
public final class Kubelet implements AutoCloseable {
  private static final int SPEED = 20;
  private static final Duration HEARTBEAT = Duration.ofSeconds(3);

  private record Order(String image, Program program) {}

  private record Seen(String event, int times) {}

  private final KubernetesClient client;
  private final String name;
  private final KubeletApi api;
  private final List<Order> orders = new CopyOnWriteArrayList<>();
  private final Map<String, PodRun> pods = new ConcurrentHashMap<>();
  private final Map<String, Seen> events = new ConcurrentHashMap<>();
  private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
  private SharedIndexInformer<Pod> informer;

  private Kubelet(KubernetesClient client, String name, KubeletApi api) {
    this.client = client;
    this.name = name;
    this.api = api;
  }

  static Kubelet start(KubernetesClient client, String name, Path folder) throws IOException {
    KubeletApi api = KubeletApi.start(folder);
    var kubelet = new Kubelet(client, name, api);
    api.serve(kubelet);
    kubelet.register();
    return kubelet;
  }

  /** How much time of a kubelet passes here. */
  static Duration sooner(Duration time) {
    return time.dividedBy(SPEED);
  }

  /**
   * From now on containers whose image contains this text do that. The newest order that fits
   * counts; containers that run take over what probes and requests see.
   */
  public void order(String image, Program program) {
    orders.addFirst(new Order(image, program));
    pods.values().forEach(PodRun::look);
  }

  /**
   * Lets go of a pod, as when its node dies: whatever becomes of the pod, nobody tells the cluster.
   */
  public void lose(String namespace, String pod) {
    run(namespace, pod).orElseThrow().removed();
  }

  /** Ends a pod for lack of something on the node, as under memory pressure. */
  public void evict(String namespace, String pod, String reason) {
    run(namespace, pod).orElseThrow().evict(reason);
  }

  /** Ends the process of a container by itself. */
  public void crash(String namespace, String pod, String container, int code) {
    PodRun run = run(namespace, pod).orElseThrow();
    run.container(container).orElseThrow().exited(code);
    run.look();
  }

  /** Writes a line into a container's log. */
  public void write(String namespace, String pod, String container, String line) {
    run(namespace, pod)
        .orElseThrow()
        .container(container)
        .flatMap(found -> found.log(false))
        .orElseThrow()
        .write(line);
  }

  /** The node's name. */
  public String name() {
    return name;
  }

  Optional<PodRun> run(String namespace, String pod) {
    return pods.values().stream()
        .filter(run -> run.pod().getMetadata().getNamespace().equals(namespace))
        .filter(run -> run.pod().getMetadata().getName().equals(pod))
        .findFirst();
  }

  Program program(Pod pod, ContainerRun container) {
    boolean stays =
        container.kind() == ContainerRun.Kind.SIDECAR
            || container.kind() == ContainerRun.Kind.MAIN
                && "Always".equals(pod.getSpec().getRestartPolicy());
    return orders.stream()
        .filter(order -> container.spec().getImage().contains(order.image()))
        .map(Order::program)
        .findFirst()
        .orElse(stays ? Program.serves() : Program.exits(0));
  }

  private void register() {
    client
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("kubernetes.io/os", "linux")
                .endMetadata()
                .build())
        .create();
    beat();
    heart.scheduleAtFixedRate(
        this::beatOrWait, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    informer =
        client.pods().inAnyNamespace().withField("spec.nodeName", name).inform(new Watcher());
    client
        .nodes()
        .withName(name)
        .waitUntilCondition(
            node -> node != null && node.getSpec().getTaints().isEmpty(), 60, TimeUnit.SECONDS);
  }

  private void beatOrWait() {
    try {
      beat();
    } catch (KubernetesClientException e) {
      // The API server is away, as some tests want it; the next beat tries again.
    }
  }

  private void beat() {
    Map<String, Quantity> size =
        Map.of(
            "cpu", new Quantity("64"),
            "memory", new Quantity("256Gi"),
            "ephemeral-storage", new Quantity("1000Gi"),
            "pods", new Quantity("2000"));
    client
        .nodes()
        .withName(name)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.STRATEGIC_MERGE),
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .withCapacity(size)
                .withAllocatable(size)
                .addNewAddress("127.0.0.1", "InternalIP")
                .addNewAddress(name, "Hostname")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .withMessage("kubelet stand-in is posting ready status")
                .withLastHeartbeatTime(now())
                .endCondition()
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(api.port())
                .endDaemonEndpoints()
                .withNewNodeInfo()
                .withKubeletVersion("v1.34.4")
                .withOperatingSystem("linux")
                .endNodeInfo()
                .endStatus()
                .build());
    client
        .leases()
        .inNamespace("kube-node-lease")
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(40)
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .endSpec()
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private final class Watcher implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      pods.computeIfAbsent(
          pod.getMetadata().getUid(),
          uid -> {
            var run = new PodRun(Kubelet.this, pod);
            Thread.ofVirtual().name(pod.getMetadata().getName()).start(run::live);
            return run;
          });
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
      PodRun run = pods.get(pod.getMetadata().getUid());
      if (run != null) {
        boolean ours =
            Objects.equals(before.getSpec(), pod.getSpec())
                && Objects.equals(
                    before.getMetadata().getDeletionTimestamp(),
                    pod.getMetadata().getDeletionTimestamp());
        if (!ours) {
          run.changed(pod);
        }
      }
    }

    @Override
    public void onDelete(Pod pod, boolean unknown) {
      PodRun run = pods.remove(pod.getMetadata().getUid());
      if (run != null) {
        run.removed();
      }
    }
  }

  void prepare(Pod pod, PodSite site) {}

  void tell(Pod pod, PodStatus status) {
    try {
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE),
              json(
                  Map.of("metadata", Map.of("uid", pod.getMetadata().getUid()), "status", status)));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }

  private String json(Object value) {
    KubernetesSerialization serialization = client.getKubernetesSerialization();
    return serialization.asJson(value);
  }

  void delete(Pod pod) {
    client
        .pods()
        .inNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .withGracePeriod(0)
        .delete();
  }

  /** Why a volume of a pod cannot be mounted, where one cannot. */
  Optional<String> missingVolume(Pod pod) {
    String namespace = pod.getMetadata().getNamespace();
    for (Volume volume : pod.getSpec().getVolumes()) {
      Optional<String> missing = Optional.empty();
      if (volume.getSecret() != null && !Boolean.TRUE.equals(volume.getSecret().getOptional())) {
        missing = missing("secret", namespace, volume.getSecret().getSecretName(), "");
      } else if (volume.getConfigMap() != null
          && !Boolean.TRUE.equals(volume.getConfigMap().getOptional())) {
        missing = missing("configmap", namespace, volume.getConfigMap().getName(), "");
      }
      if (missing.isPresent()) {
        return Optional.of(
            "MountVolume.SetUp failed for volume \"" + volume.getName() + "\" : " + missing.get());
      }
    }
    return Optional.empty();
  }

  /** Why a container cannot be made, where it cannot. */
  Optional<String> refusal(Pod pod, Container container) {
    String namespace = pod.getMetadata().getNamespace();
    Stream<Optional<String>> ofAll =
        container.getEnvFrom().stream().map(source -> missing(namespace, source));
    Stream<Optional<String>> ofOne =
        container.getEnv().stream().map(variable -> missing(namespace, variable));
    return Stream.concat(ofAll, ofOne)
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> root(pod, container));
  }

  private static Optional<String> root(Pod pod, Container container) {
    SecurityContext own =
        Objects.requireNonNullElseGet(container.getSecurityContext(), SecurityContext::new);
    var all = pod.getSpec().getSecurityContext();
    Boolean nonRoot =
        own.getRunAsNonRoot() != null || all == null
            ? own.getRunAsNonRoot()
            : all.getRunAsNonRoot();
    Long user = own.getRunAsUser() != null || all == null ? own.getRunAsUser() : all.getRunAsUser();
    return Boolean.TRUE.equals(nonRoot) && user != null && user == 0
        ? Optional.of("container's runAsUser breaks non-root policy")
        : Optional.empty();
  }

  private Optional<String> missing(String namespace, EnvFromSource source) {
    if (source.getSecretRef() != null
        && !Boolean.TRUE.equals(source.getSecretRef().getOptional())) {
      return missing("secret", namespace, source.getSecretRef().getName(), "");
    }
    if (source.getConfigMapRef() != null
        && !Boolean.TRUE.equals(source.getConfigMapRef().getOptional())) {
      return missing("configmap", namespace, source.getConfigMapRef().getName(), "");
    }
    return Optional.empty();
  }

  private Optional<String> missing(String namespace, EnvVar variable) {
    if (variable.getValueFrom() == null) {
      return Optional.empty();
    }
    var secret = variable.getValueFrom().getSecretKeyRef();
    if (secret != null && !Boolean.TRUE.equals(secret.getOptional())) {
      return missing("secret", namespace, secret.getName(), secret.getKey());
    }
    var config = variable.getValueFrom().getConfigMapKeyRef();
    if (config != null && !Boolean.TRUE.equals(config.getOptional())) {
      return missing("configmap", namespace, config.getName(), config.getKey());
    }
    return Optional.empty();
  }

  private Optional<String> missing(String kind, String namespace, String object, String key) {
    Map<String, String> data;
    if (kind.equals("secret")) {
      var found = client.secrets().inNamespace(namespace).withName(object).get();
      data = found == null ? null : Objects.requireNonNullElse(found.getData(), Map.of());
    } else {
      var found = client.configMaps().inNamespace(namespace).withName(object).get();
      data = found == null ? null : Objects.requireNonNullElse(found.getData(), Map.of());
    }
    if (data == null) {
      return Optional.of("%s \"%s\" not found".formatted(kind, object));
    }
    return key.isEmpty() || data.containsKey(key)
        ? Optional.empty()
        : Optional.of(
            "couldn't find key %s in %s %s/%s"
                .formatted(key, kind.equals("secret") ? "Secret" : "ConfigMap", namespace, object));
  }

  /** Tells an event; one that was told before is counted. */
  void event(Pod pod, String container, String type, String reason, String message) {
    String namespace = pod.getMetadata().getNamespace();
    String key = String.join("|", pod.getMetadata().getUid(), container, reason, message);
    try {
      events.compute(
          key,
          (same, seen) -> {
            if (seen == null) {
              Event made = create(pod, container, type, reason, message);
              return new Seen(made.getMetadata().getName(), 1);
            }
            client
                .v1()
                .events()
                .inNamespace(namespace)
                .withName(seen.event())
                .patch(
                    PatchContext.of(PatchType.STRATEGIC_MERGE),
                    json(Map.of("count", seen.times() + 1, "lastTimestamp", now())));
            return new Seen(seen.event(), seen.times() + 1);
          });
    } catch (KubernetesClientException e) {
      // Events are told as far as possible: a namespace that is going away takes none.
    }
  }

  private Event create(Pod pod, String container, String type, String reason, String message) {
    String namespace = pod.getMetadata().getNamespace();
    return client
        .v1()
        .events()
        .inNamespace(namespace)
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withGenerateName(pod.getMetadata().getName() + ".")
                .withNamespace(namespace)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .withFieldPath(container.isEmpty() ? null : "spec.containers{" + container + "}")
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewSource("kubelet", name)
                .withFirstTimestamp(now())
                .withLastTimestamp(now())
                .withCount(1)
                .build())
        .create();
  }

  @Override
  public void close() {
    heart.shutdownNow();
    informer.close();
    pods.values().forEach(PodRun::removed);
    api.close();
  }
}
