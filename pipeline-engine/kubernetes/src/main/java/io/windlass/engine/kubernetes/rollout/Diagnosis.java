package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetCondition;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.windlass.engine.kubernetes.apply.Ownership;
import io.windlass.engine.kubernetes.workload.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Says from what the cluster tells of a release's replicas why they do not come up. Pure. */
final class Diagnosis {
  private static final Set<String> PULLS =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError",
          "RegistryUnavailable");

  /** A registry's final words, as container runtimes pass them on. */
  private static final List<String> REFUSED =
      List.of(
          "not found",
          "notfound",
          "manifest unknown",
          "denied",
          "unauthorized",
          "forbidden",
          "authentication required",
          "couldn't parse image",
          "invalid reference format",
          "no match for platform");

  private static final Set<String> PODS_CAME_OR_WENT =
      Set.of("SuccessfulCreate", "SuccessfulDelete");

  private static final String BACK_OFF = "CrashLoopBackOff";
  private static final Duration HARDLY_STARTED = Duration.ofSeconds(10);

  private final Map<String, List<Event>> events;
  private final Patience patience;
  private final Instant now;

  private Diagnosis(Map<String, List<Event>> events, Patience patience, Instant now) {
    this.events = events;
    this.patience = patience;
    this.now = now;
  }

  /**
   * Looks at one release.
   *
   * @param pods of the release
   * @param sets what makes its pods: replica sets, and stateful sets and jobs that have none
   * @param events of the pods that {@link #suspects} names and of those other sets, by name
   */
  static Finding of(
      List<Pod> pods,
      List<? extends HasMetadata> sets,
      Map<String, List<Event>> events,
      Patience patience,
      Instant now) {
    var diagnosis = new Diagnosis(events, patience, now);
    List<Finding> findings = new ArrayList<>();
    sets.stream()
        .sorted(Comparator.comparing(s -> s.getMetadata().getName()))
        .forEach(set -> findings.add(diagnosis.creation(set)));
    pods.stream()
        .filter(Diagnosis::matters)
        .sorted(Comparator.comparing(p -> p.getMetadata().getName()))
        .forEach(pod -> findings.add(diagnosis.pod(pod)));
    return worst(findings);
  }

  /** The pods whose events may say more than their status does. */
  static List<Pod> suspects(List<Pod> pods, Instant now) {
    return pods.stream()
        .filter(Diagnosis::matters)
        .filter(pod ->
            containers(pod)
                .anyMatch(c ->
                    restarts(c) > 0
                        || running(c)
                            .filter(since -> since.plus(HARDLY_STARTED).isBefore(now))
                            .isPresent()))
        .toList();
  }

  /**
   * Looks at pods that should be gone. Where there must never be two, one that is left behind keeps
   * any other from taking its place.
   */
  static Finding leftBehind(List<Pod> pods, Instant now) {
    return pods.stream()
        .filter(pod -> Pods.leftBehind(pod, now) && !Pods.over(pod))
        .filter(Diagnosis::isTheOnlyOne)
        .min(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .<Finding>map(pod ->
            new Finding.Obstacle(
                "no replica of %s can take the place of Pod %s, which should be gone since %s; see whether node \"%s\" answers, and where it never will: kubectl delete pod %2$s --force"
                    .formatted(
                        process(pod),
                        pod.getMetadata().getName(),
                        pod.getMetadata().getDeletionTimestamp(),
                        pod.getSpec().getNodeName())))
        .orElseGet(Finding.Well::new);
  }

  private static boolean isTheOnlyOne(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> owner.getKind().equals("StatefulSet"));
  }

  /** The first that is broken, else the first that stands in the way. */
  static Finding worst(List<Finding> findings) {
    return Stream.<Class<? extends Finding>>of(Finding.Broken.class, Finding.Obstacle.class)
        .flatMap(kind -> findings.stream().filter(kind::isInstance))
        .findFirst()
        .orElseGet(Finding.Well::new);
  }

  /** One that is ready, over or on its way out has nothing to tell. */
  private static boolean matters(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null
        && !List.of("Succeeded", "Failed").contains(String.valueOf(pod.getStatus().getPhase()))
        && !Pods.ready(pod);
  }

  private Finding creation(HasMetadata set) {
    return switch (set) {
      case ReplicaSet replicas -> creation(replicas);
      case StatefulSet stateful ->
          creation(stateful, Ownership.applied(stateful).orElse(Instant.MAX));
      case Job job -> creation(job, Instant.parse(job.getMetadata().getCreationTimestamp()));
      default -> new Finding.Well();
    };
  }

  private Finding creation(ReplicaSet set) {
    List<ReplicaSetCondition> conditions =
        set.getStatus() == null ? List.of() : set.getStatus().getConditions();
    return conditions.stream()
        .filter(c -> c.getType().equals("ReplicaFailure") && c.getStatus().equals("True"))
        .findFirst()
        .map(c -> refusal(set, c.getMessage(), c.getLastTransitionTime()))
        .orElseGet(Finding.Well::new);
  }

  /**
   * Its status does not tell; its events may be of an earlier release, and of a time before its
   * last pod: an event that comes again keeps the time when it came first.
   */
  private Finding creation(HasMetadata set, Instant made) {
    List<Event> told = events.getOrDefault(set.getMetadata().getName(), List.of());
    Instant lastPod =
        told.stream()
            .filter(e -> PODS_CAME_OR_WENT.contains(e.getReason()))
            .map(e -> Instant.parse(e.getLastTimestamp()))
            .max(Comparator.naturalOrder())
            .orElse(Instant.MIN);
    Instant from = latest(made, lastPod);
    return told.stream()
        .filter(e -> "FailedCreate".equals(e.getReason()))
        .filter(e -> !Instant.parse(e.getLastTimestamp()).isBefore(from))
        .max(Comparator.comparing(e -> Instant.parse(e.getLastTimestamp())))
        .map(e -> {
          Instant since = latest(from, Instant.parse(e.getFirstTimestamp()));
          return refusal(set, e.getMessage(), since.toString());
        })
        .orElseGet(Finding.Well::new);
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private Finding refusal(HasMetadata set, String message, String since) {
    String process = process(set);
    String said = words(message);
    if (said.contains("exceeded quota")) {
      String what = "the namespace's quota has no room for a replica of " + process + ": " + said;
      return lasting(since, patience.room(), what, Optional.empty());
    }
    if (said.contains("failed calling webhook") || said.contains("Internal error")) {
      String what = "the cluster cannot make a replica of " + process + " now: " + said;
      return lasting(since, patience.room(), what, Optional.empty());
    }
    return new Finding.Broken(
        "The cluster does not admit replicas of " + process + ": " + said, Optional.empty());
  }

  private Finding pod(Pod pod) {
    Optional<PodCondition> unscheduled =
        Pods.condition(pod, "PodScheduled").filter(c -> c.getStatus().equals("False"));
    if (unscheduled.isPresent()) {
      String what =
          "no node takes a replica of "
              + process(pod)
              + ": "
              + words(unscheduled.get().getMessage());
      return lasting(
          unscheduled.get().getLastTransitionTime(), patience.room(), what, Optional.empty());
    }
    return worst(containers(pod).map(container -> container(pod, container)).toList());
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return Stream.concat(
        pod.getStatus().getInitContainerStatuses().stream(),
        pod.getStatus().getContainerStatuses().stream());
  }

  private Finding container(Pod pod, ContainerStatus container) {
    Optional<ContainerStateWaiting> waiting =
        Optional.ofNullable(container.getState()).map(s -> s.getWaiting());
    String reason = waiting.map(ContainerStateWaiting::getReason).orElse("");
    if (PULLS.contains(reason)) {
      return pull(pod, container, words(waiting.get().getMessage()), reason);
    }
    if (reason.equals("CreateContainerConfigError")) {
      return unmade(pod, words(waiting.get().getMessage()));
    }
    Optional<String> startup = probe(pod, "Startup probe failed: ");
    if (restarts(container) > 0 && startup.isPresent()) {
      return new Finding.Broken(
          "Replicas of "
              + process(pod)
              + " were not ready within the "
              + startupTime(pod, container.getName())
              + " that they have to start: "
              + startup.get(),
          Optional.of(pod));
    }
    boolean looping = reason.equals(BACK_OFF) || ended(container).isPresent();
    if (restarts(container) + 1 >= patience.crashes() && looping) {
      return new Finding.Broken(
          "Replicas of " + process(pod) + " do not come up: " + crash(pod, container),
          Optional.of(pod));
    }
    return unready(pod, container);
  }

  private Finding pull(Pod pod, ContainerStatus container, String said, String reason) {
    String cause =
        "The image " + container.getImage() + " of " + process(pod) + " cannot be pulled: " + said;
    String lower = (said + " " + reason).toLowerCase(Locale.ROOT);
    boolean refused =
        reason.equals("InvalidImageName") || REFUSED.stream().anyMatch(lower::contains);
    return refused
        ? new Finding.Broken(cause, Optional.empty())
        : lasting(pod.getStatus().getStartTime(), patience.pull(), cause, Optional.empty());
  }

  /** A node that has just begun has not read yet what the containers are given. */
  private Finding unmade(Pod pod, String said) {
    String what = "replicas of " + process(pod) + " cannot be made: " + said;
    String since =
        Pods.condition(pod, "Ready")
            .map(PodCondition::getLastTransitionTime)
            .orElseGet(() -> pod.getStatus().getStartTime());
    Duration time = said.startsWith("failed to sync ") ? patience.pull() : Duration.ZERO;
    return lasting(since, time, what, Optional.empty());
  }

  private static String crash(Pod pod, ContainerStatus container) {
    String times = (restarts(container) + 1) + " times in a row";
    Optional<ContainerStateTerminated> end =
        ended(container)
            .or(() -> Optional.ofNullable(container.getLastState()).map(s -> s.getTerminated()));
    if (end.isEmpty()) {
      return "they ended " + times;
    }
    String reason = String.valueOf(end.get().getReason());
    if (reason.equals("OOMKilled")) {
      return "they needed more memory than their limit of "
          + memory(pod, container.getName())
          + " and were killed, "
          + times;
    }
    String said = end.get().getMessage();
    String more = said == null || said.isBlank() ? "" : " (" + words(said) + ")";
    return "they ended with exit code " + end.get().getExitCode() + more + ", " + times;
  }

  /** Runs, and does not take requests. */
  private Finding unready(Pod pod, ContainerStatus container) {
    Optional<Instant> since = running(container);
    boolean started = Boolean.TRUE.equals(container.getStarted());
    if (since.isEmpty() || !started || container.getReady()) {
      return new Finding.Well();
    }
    Instant from =
        Pods.condition(pod, "Ready")
            .map(PodCondition::getLastTransitionTime)
            .map(Instant::parse)
            .filter(at -> at.isAfter(since.get()))
            .orElse(since.get());
    Optional<String> probe = probe(pod, "Readiness probe failed: ");
    if (probe.isEmpty() || now.isBefore(from.plus(patience.unready()))) {
      return new Finding.Well();
    }
    return new Finding.Broken(
        "Replicas of "
            + process(pod)
            + " run and have not been ready for "
            + text(Duration.between(from, now))
            + ": "
            + probe.get(),
        Optional.of(pod));
  }

  private Finding lasting(String since, Duration patience, String what, Optional<Pod> witness) {
    Instant until = Instant.parse(since).plus(patience);
    return now.isBefore(until)
        ? new Finding.Obstacle(what)
        : new Finding.Broken(Character.toUpperCase(what.charAt(0)) + what.substring(1), witness);
  }

  /** What a probe of the pod was answered last. */
  private Optional<String> probe(Pod pod, String prefix) {
    return events.getOrDefault(pod.getMetadata().getName(), List.of()).stream()
        .filter(e -> "Unhealthy".equals(e.getReason()) && e.getMessage().startsWith(prefix))
        .max(Comparator.comparing(e -> String.valueOf(e.getLastTimestamp())))
        .map(e -> words(e.getMessage().substring(prefix.length())));
  }

  private static int restarts(ContainerStatus container) {
    return container.getRestartCount() == null ? 0 : container.getRestartCount();
  }

  private static Optional<Instant> running(ContainerStatus container) {
    return Optional.ofNullable(container.getState())
        .map(s -> s.getRunning())
        .map(r -> r.getStartedAt())
        .map(Instant::parse);
  }

  private static Optional<ContainerStateTerminated> ended(ContainerStatus container) {
    return Optional.ofNullable(container.getState()).map(s -> s.getTerminated());
  }

  private static String startupTime(Pod pod, String container) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(container) && c.getStartupProbe() != null)
        .findFirst()
        .map(c -> startup(c.getStartupProbe()))
        .map(Diagnosis::text)
        .orElse("time");
  }

  private static Duration startup(Probe probe) {
    int period = probe.getPeriodSeconds() == null ? 10 : probe.getPeriodSeconds();
    int tries = probe.getFailureThreshold() == null ? 3 : probe.getFailureThreshold();
    return Duration.ofSeconds((long) period * tries);
  }

  private static String memory(Pod pod, String container) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> c.getName().equals(container))
        .findFirst()
        .map(c -> c.getResources().getLimits().get("memory"))
        .map(Object::toString)
        .orElse("the node");
  }

  private static String process(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null || !labels.containsKey(Labels.COMPONENT)
        ? "the release command"
        : '"' + labels.get(Labels.COMPONENT) + '"';
  }

  /** Without what only a machine reads, and on one line. */
  private static String words(String message) {
    return String.valueOf(message).strip().replaceAll("\\s+", " ");
  }

  private static String text(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
