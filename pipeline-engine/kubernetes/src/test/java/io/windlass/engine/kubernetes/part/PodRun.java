package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIPBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod on a {@link Kubelet}, from its binding to its deletion, on a thread of its own: look at
 * what is wanted, do what is due, tell the API server what has changed, wait.
 */
final class PodRun {
  private static final Logger LOG = LoggerFactory.getLogger(PodRun.class);
  private static final Duration IDLE = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(200);

  private final Kubelet kubelet;
  private final PodSite site = PodSite.next();
  private final List<ContainerRun> inits = new ArrayList<>();
  private final List<ContainerRun> mains = new ArrayList<>();
  private final Semaphore poked = new Semaphore(0);
  private final Instant begun = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private volatile Pod pod;
  private volatile boolean gone;
  private volatile String evicted = "";
  private final Map<String, PodCondition> conditions = new LinkedHashMap<>();
  private String phase = "Pending";
  private String why = "";
  private String words = "";
  private PodStatus told = new PodStatus();
  private boolean placed;
  private Optional<Instant> drained = Optional.empty();

  PodRun(Kubelet kubelet, Pod pod) {
    this.kubelet = kubelet;
    this.pod = pod;
    boolean after = !pod.getSpec().getInitContainers().isEmpty();
    for (Container container : pod.getSpec().getInitContainers()) {
      boolean stays = "Always".equals(container.getRestartPolicy());
      inits.add(
          new ContainerRun(
              container, stays ? ContainerRun.Kind.SIDECAR : ContainerRun.Kind.INIT, true));
    }
    for (Container container : pod.getSpec().getContainers()) {
      mains.add(new ContainerRun(container, ContainerRun.Kind.MAIN, after));
    }
  }

  Pod pod() {
    return pod;
  }

  /** A container by its name. */
  Optional<ContainerRun> container(String name) {
    return containers().filter(container -> container.name().equals(name)).findFirst();
  }

  private Stream<ContainerRun> containers() {
    return Stream.concat(inits.stream(), mains.stream());
  }

  /** The API server has a newer version of it. */
  void changed(Pod newer) {
    pod = newer;
    poked.release();
  }

  /** The API server has it no more. */
  void removed() {
    gone = true;
    poked.release();
  }

  /** What its programs do may have changed, or one has ended. */
  void look() {
    poked.release();
  }

  /** Ends it for the node's sake. */
  void evict(String reason) {
    evicted = reason;
    poked.release();
  }

  /** Lives until the pod is gone or the kubelet stops. */
  void live() {
    try {
      while (!gone) {
        Instant next;
        try {
          next = step(Instant.now());
        } catch (KubernetesClientException e) {
          LOG.warn("pod {}: {}", pod.getMetadata().getName(), e.getMessage());
          next = Instant.now().plus(RETRY);
        }
        Duration rest = Duration.between(Instant.now(), next);
        if (poked.tryAcquire(Math.max(1, rest.toMillis()), TimeUnit.MILLISECONDS)) {
          poked.drainPermits();
          containers().flatMap(container -> container.probes().stream()).forEach(ProbeRun::hurry);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stopAll(Instant.now());
    }
  }

  /** Does what is due; returns when to look again. */
  private Instant step(Instant now) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      if (drained.isEmpty()) {
        drained = Optional.of(now.plus(drain()));
      }
      if (now.isBefore(drained.get()) && !over()) {
        return drained.get();
      }
      stopAll(now);
      if (!over()) {
        settle();
      }
      tell(now);
      kubelet.delete(pod);
      return now.plus(IDLE);
    }
    if (over()) {
      tell(now);
      return now.plus(IDLE);
    }
    Instant next = now.plus(IDLE);
    if (!evicted.isEmpty()) {
      stopAll(now);
      finish("Failed", "Evicted", evicted);
      condition("DisruptionTarget", true, "TerminationByKubelet", evicted);
    } else if (deadline().isPresent() && !now.isBefore(deadline().get())) {
      stopAll(now);
      finish("Failed", "DeadlineExceeded", "Pod was active on the node longer than the deadline");
    } else {
      next = earlier(next, deadline().orElse(Instant.MAX));
      next = earlier(next, run(now));
      settle();
    }
    tell(now);
    return next;
  }

  /** What its containers sleep before they are told to stop. */
  private Duration drain() {
    return mains.stream()
        .map(container -> container.spec().getLifecycle())
        .filter(lifecycle -> lifecycle != null && lifecycle.getPreStop() != null)
        .map(lifecycle -> lifecycle.getPreStop().getSleep())
        .filter(Objects::nonNull)
        .map(sleep -> Kubelet.sooner(Duration.ofSeconds(sleep.getSeconds())))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  private boolean over() {
    return phase.equals("Failed") || phase.equals("Succeeded");
  }

  private Optional<Instant> deadline() {
    return Optional.ofNullable(pod.getSpec().getActiveDeadlineSeconds()).map(begun::plusSeconds);
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Starts, watches and restarts containers in their order. */
  private Instant run(Instant now) {
    if (!placed) {
      Optional<String> missing = kubelet.missingVolume(pod);
      if (missing.isPresent()) {
        kubelet.event(pod, "", "Warning", "FailedMount", missing.get());
        return now.plus(RETRY);
      }
      placed = true;
      kubelet.prepare(pod, site);
    }
    Instant next = Instant.MAX;
    for (ContainerRun container : inits) {
      next = earlier(next, attend(container, now));
      boolean passed =
          container.kind() == ContainerRun.Kind.SIDECAR
              ? container.hasStarted()
              : container.ready();
      if (!passed) {
        return next;
      }
    }
    for (ContainerRun container : mains) {
      next = earlier(next, attend(container, now));
    }
    return next;
  }

  private Instant attend(ContainerRun container, Instant now) {
    if (container.due(now)) {
      start(container, now);
    }
    container.exit().ifPresent(code -> ended(container, code, now));
    if (container.phase() == ContainerRun.Phase.WAITING) {
      return container.notBefore();
    }
    return container.phase() == ContainerRun.Phase.RUNNING ? probe(container, now) : Instant.MAX;
  }

  private void start(ContainerRun container, Instant now) {
    Program program = kubelet.program(pod, container);
    if (program instanceof Program.Unpullable(var message)) {
      boolean first = container.backoff().isZero();
      String image = container.spec().getImage();
      kubelet.event(
          pod,
          container.name(),
          "Warning",
          "Failed",
          "Failed to pull image \"%s\": %s".formatted(image, message));
      container.wait(
          first ? "ErrImagePull" : "ImagePullBackOff",
          first ? message : "Back-off pulling image \"%s\": %s".formatted(image, message));
      container.backOff(now);
      return;
    }
    Optional<String> refused = kubelet.refusal(pod, container.spec());
    if (refused.isPresent()) {
      container.wait("CreateContainerConfigError", refused.get());
      container.retryAt(now.plus(RETRY));
      kubelet.event(pod, container.name(), "Warning", "Failed", "Error: " + refused.get());
      return;
    }
    ContainerLog log = container.begin(now);
    kubelet.event(
        pod, container.name(), "Normal", "Started", "Started container " + container.name());
    switch (program) {
      case Program.Serves serves -> listen(container);
      case Program.Silent silent -> {}
      case Program.Exits(var code, var lines, var lastWords) -> {
        lines.forEach(log::write);
        container.says(lastWords);
        container.exited(code);
      }
      case Program.Unpullable unpullable -> throw new AssertionError(unpullable);
    }
  }

  private void listen(ContainerRun container) {
    String answer =
        pod.getMetadata().getLabels().getOrDefault("windlass.io/release", "-")
            + " "
            + pod.getMetadata().getName()
            + "\n";
    for (ContainerPort port : container.spec().getPorts()) {
      if (!"UDP".equals(port.getProtocol())) {
        site.listen(port.getContainerPort(), answer, path -> status(container, path));
      }
    }
  }

  private int status(ContainerRun container, String path) {
    if (kubelet.program(pod, container) instanceof Program.Serves serves) {
      return container.probes().stream()
          .filter(run -> run.probe().getHttpGet() != null)
          .filter(run -> path.equals(run.probe().getHttpGet().getPath()))
          .mapToInt(run -> status(serves, run))
          .findFirst()
          .orElse(200);
    }
    return 503;
  }

  private static int status(Program.Serves serves, ProbeRun probe) {
    return probe.name().equals("Liveness") ? serves.liveness() : serves.readiness();
  }

  private void ended(ContainerRun container, int code, Instant now) {
    container.end(code, code == 0 ? "Completed" : "Error", now);
    if (restarts(container, code)) {
      container.restart(now);
      String back =
          "back-off %s restarting failed container=%s pod=%s_%s(%s)"
              .formatted(
                  words(container.backoff()),
                  container.name(),
                  pod.getMetadata().getName(),
                  pod.getMetadata().getNamespace(),
                  pod.getMetadata().getUid());
      container.wait("CrashLoopBackOff", back);
      if (container.notBefore().isAfter(now)) {
        kubelet.event(
            pod,
            container.name(),
            "Warning",
            "BackOff",
            "Back-off restarting failed container %s in pod %s_%s(%s)"
                .formatted(
                    container.name(),
                    pod.getMetadata().getName(),
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getUid()));
      }
    }
  }

  private static String words(Duration backoff) {
    return (backoff.toMinutes() > 0 ? backoff.toMinutes() + "m" : "")
        + backoff.toSecondsPart()
        + "s";
  }

  private boolean restarts(ContainerRun container, int code) {
    return switch (container.kind()) {
      case SIDECAR -> true;
      case INIT -> code != 0 && !pod.getSpec().getRestartPolicy().equals("Never");
      case MAIN ->
          switch (pod.getSpec().getRestartPolicy()) {
            case "Always" -> true;
            case "OnFailure" -> code != 0;
            default -> false;
          };
    };
  }

  /** Asks the probes that are due; a failing liveness or startup probe ends the container. */
  private Instant probe(ContainerRun container, Instant now) {
    Instant next = Instant.MAX;
    for (ProbeRun probe : container.probes()) {
      boolean early = !probe.name().equals("Startup") && !container.hasStarted();
      boolean answered =
          probe.name().equals("Startup") && probe.verdict() == ProbeRun.Verdict.PASSED;
      if (early || answered) {
        continue;
      }
      if (!now.isBefore(probe.due())) {
        Optional<String> failure = ask(container, probe);
        probe.answered(failure.isEmpty(), now);
        failure.ifPresent(text ->
            kubelet.event(
                pod,
                container.name(),
                "Warning",
                "Unhealthy",
                probe.name() + " probe failed: " + text));
      }
      if (probe.verdict() == ProbeRun.Verdict.FAILED && !probe.name().equals("Readiness")) {
        kubelet.event(
            pod,
            container.name(),
            "Normal",
            "Killing",
            "Container %s failed %s probe, will be restarted"
                .formatted(container.name(), probe.name().toLowerCase(Locale.ROOT)));
        site.silence();
        ended(container, 137, now);
        return container.phase() == ContainerRun.Phase.WAITING
            ? container.notBefore()
            : Instant.MAX;
      }
      next = earlier(next, probe.due());
    }
    return next;
  }

  /** Why a probe fails, in the kubelet's words; empty where it passes. */
  private Optional<String> ask(ContainerRun container, ProbeRun probe) {
    String place = site.address() + ":" + port(container, probe);
    return switch (kubelet.program(pod, container)) {
      case Program.Serves serves -> {
        int status = status(serves, probe);
        yield probe.probe().getHttpGet() == null || status >= 200 && status < 400
            ? Optional.empty()
            : Optional.of("HTTP probe failed with statuscode: " + status);
      }
      case Program.Silent silent -> {
        String refused = "dial tcp " + place + ": connect: connection refused";
        yield Optional.of(
            probe.probe().getHttpGet() == null
                ? refused
                : "Get \"http://%s%s\": %s"
                    .formatted(place, probe.probe().getHttpGet().getPath(), refused));
      }
      case Program.Exits exits -> Optional.empty();
      case Program.Unpullable unpullable -> Optional.empty();
    };
  }

  private static int port(ContainerRun container, ProbeRun probe) {
    var port =
        probe.probe().getHttpGet() != null
            ? probe.probe().getHttpGet().getPort()
            : probe.probe().getTcpSocket() != null ? probe.probe().getTcpSocket().getPort() : null;
    if (port == null) {
      return 0;
    }
    return port.getIntVal() != null
        ? port.getIntVal()
        : container.spec().getPorts().stream()
            .filter(candidate -> Objects.equals(candidate.getName(), port.getStrVal()))
            .mapToInt(ContainerPort::getContainerPort)
            .findFirst()
            .orElse(0);
  }

  private void stopAll(Instant now) {
    site.silence();
    containers()
        .filter(container -> container.phase() == ContainerRun.Phase.RUNNING)
        .forEach(container -> {
          int code =
              container
                  .exit()
                  .orElse(kubelet.program(pod, container) instanceof Program.Serves ? 0 : 143);
          container.end(code, code == 0 ? "Completed" : "Error", now);
        });
  }

  /** The pod's phase from what its containers do. */
  private void settle() {
    boolean failedInit =
        inits.stream()
            .anyMatch(container ->
                container.kind() == ContainerRun.Kind.INIT
                    && container.phase() == ContainerRun.Phase.ENDED
                    && container.exitCode() != 0);
    boolean ended =
        mains.stream().allMatch(container -> container.phase() == ContainerRun.Phase.ENDED);
    if (failedInit) {
      finish("Failed", "", "");
    } else if (ended) {
      boolean good = mains.stream().allMatch(container -> container.exitCode() == 0);
      finish(good ? "Succeeded" : "Failed", "", "");
    } else {
      boolean going =
          mains.stream()
              .anyMatch(container ->
                  container.phase() == ContainerRun.Phase.RUNNING || container.restarts() > 0);
      phase = going ? "Running" : "Pending";
    }
  }

  private void finish(String to, String reason, String message) {
    phase = to;
    why = reason;
    words = message;
    stopAll(Instant.now());
  }

  private void condition(String type, boolean value, String reason, String message) {
    PodCondition before = conditions.get(type);
    String status = value ? "True" : "False";
    if (before != null
        && before.getStatus().equals(status)
        && Objects.equals(before.getReason(), reason)
        && Objects.equals(before.getMessage(), message)) {
      return;
    }
    conditions.put(
        type,
        new PodConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .build());
  }

  private void tell(Instant now) {
    boolean initialized =
        inits.stream()
            .allMatch(container ->
                container.kind() == ContainerRun.Kind.INIT
                    ? container.ready()
                    : container.hasStarted() || over());
    List<String> unready =
        containers()
            .filter(container -> container.kind() != ContainerRun.Kind.INIT)
            .filter(container -> !container.ready())
            .map(ContainerRun::name)
            .toList();
    String reason =
        phase.equals("Succeeded")
            ? "PodCompleted"
            : phase.equals("Failed")
                ? "PodFailed"
                : unready.isEmpty() ? null : "ContainersNotReady";
    String message =
        "ContainersNotReady".equals(reason)
            ? "containers with unready status: " + unready.toString().replace(",", "")
            : null;
    boolean ready = !over() && unready.isEmpty();
    condition("PodReadyToStartContainers", placed, null, null);
    condition("Initialized", initialized, initialized ? null : "ContainersNotInitialized", null);
    condition("ContainersReady", ready, reason, message);
    condition("Ready", ready, reason, message);
    PodStatus status =
        new PodStatusBuilder()
            .withPhase(phase)
            .withReason(why.isEmpty() ? null : why)
            .withMessage(words.isEmpty() ? null : words)
            .withHostIP("127.0.0.1")
            .withPodIP(placed ? site.address() : null)
            .withStartTime(begun.toString())
            .withConditions(List.copyOf(conditions.values()))
            .withInitContainerStatuses(inits.stream().map(ContainerRun::status).toList())
            .withContainerStatuses(mains.stream().map(ContainerRun::status).toList())
            .build();
    if (placed) {
      status.setPodIPs(List.of(new PodIPBuilder().withIp(site.address()).build()));
    }
    if (!status.equals(told)) {
      kubelet.tell(pod, status);
      told = status;
    }
  }
}
