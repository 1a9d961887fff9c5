package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** How far an attempt is, read from what the cluster says of its Job. */
sealed interface StepStage {
  /**
   * It waits for something that may still come.
   *
   * @param words what it is; empty where that is usual
   * @param since when it last came further
   */
  record Waiting(String words, Instant since) implements StepStage {}

  /** Its pod waits for the workspace. */
  record Receiving(String pod) implements StepStage {}

  /** Its command runs. */
  record Running(String pod, Instant since) implements StepStage {}

  /**
   * Its command has ended, and the files can be taken back while the pod stands.
   *
   * @param outOfMemory whether it was ended for that
   * @param kept whether what hands the files out still runs
   * @param services that ended before it
   */
  record Ended(
      String pod,
      int code,
      boolean outOfMemory,
      boolean kept,
      Instant started,
      Instant ended,
      List<FailedService> services)
      implements StepStage {}

  /** It took more than it may. */
  record OverLimit(String limit) implements StepStage {}

  /** Its time was over before anybody looked. */
  record Late() implements StepStage {}

  /** It is gone with its pod, and nobody knows how it ended. */
  record Lost(String reason) implements StepStage {}

  /** A service of it did not become ready, and so it does not begin. */
  record Unserved(String pod, FailedService service) implements StepStage {}

  /** It cannot begin, and waiting does not help. */
  record Refused(String reason) implements StepStage {}

  /** What a kubelet calls an image that it will not get by trying again. */
  Set<String> HOPELESS = Set.of("InvalidImageName", "ErrImageNeverPull");

  Set<String> PULLING = Set.of("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable");

  /** The newest last. */
  Comparator<Event> BY_TIME =
      Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), ""));

  /** How long a pod may stay after it should have been gone. */
  Duration OVERDUE = Duration.ofSeconds(60);

  /**
   * Reads it.
   *
   * @param events of the Job and of its pod
   */
  static StepStage of(Job job, Optional<Pod> pod, List<Event> events, Instant now) {
    boolean failed = pod.map(found -> "Failed".equals(found.getStatus().getPhase())).orElse(true);
    if (failures(job) > 0 && !failed) {
      return new Lost("its pod is gone from the cluster"); // and this is another one
    }
    Instant started = started(job);
    return pod.map(found -> of(found, started, now))
        .orElseGet(() -> withoutPod(job, events, started));
  }

  /** When a Job was let run. */
  static Instant started(Job job) {
    String time =
        job.getStatus() != null && job.getStatus().getStartTime() != null
            ? job.getStatus().getStartTime()
            : job.getMetadata().getCreationTimestamp();
    return Instant.parse(time);
  }

  private static int failures(Job job) {
    return job.getStatus() == null ? 0 : Objects.requireNonNullElse(job.getStatus().getFailed(), 0);
  }

  private static StepStage withoutPod(Job job, List<Event> events, Instant started) {
    Optional<JobCondition> failed =
        job.getStatus() == null
            ? Optional.empty()
            : job.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Failed") && c.getStatus().equals("True"))
                .findFirst();
    if (failed.isPresent()) {
      return "DeadlineExceeded".equals(failed.get().getReason())
          ? new Late()
          : new Lost("its pod is gone from the cluster");
    }
    Optional<String> refused =
        events.stream()
            .filter(event -> "FailedCreate".equals(event.getReason()))
            .max(BY_TIME)
            .map(Event::getMessage);
    if (refused.isEmpty()) {
      return new Waiting("", started);
    }
    String words = refused.get();
    boolean mayPass = words.contains("exceeded quota") || !words.contains("forbidden");
    return mayPass ? new Waiting(words, started) : new Refused(words);
  }

  private static StepStage of(Pod pod, Instant started, Instant now) {
    String name = pod.getMetadata().getName();
    Optional<ContainerStateTerminated> end = ended(pod);
    if ("Evicted".equals(pod.getStatus().getReason())) {
      String why = Objects.requireNonNullElse(pod.getStatus().getMessage(), "it was evicted");
      return why.contains("emptyDir") || why.contains("ephemeral")
          ? new OverLimit(why)
          : new Lost("its node has evicted it: " + why);
    }
    if (end.isPresent() && wasDeletedBefore(pod, end.get())) {
      return new Lost("somebody has deleted its pod");
    }
    if (end.isPresent() && !wasDisrupted(pod)) {
      return ended(pod, end.get());
    }
    if ("DeadlineExceeded".equals(pod.getStatus().getReason())) {
      return new Late();
    }
    if ("Failed".equals(pod.getStatus().getPhase())) {
      return new Lost(lost(pod));
    }
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      Instant due = Instant.parse(pod.getMetadata().getDeletionTimestamp());
      return now.isAfter(due.plus(OVERDUE))
          ? new Lost("its node does not answer: " + pod.getSpec().getNodeName())
          : new Waiting("", now);
    }
    return underWay(name, pod, started, now);
  }

  private static Optional<ContainerStateTerminated> ended(Pod pod) {
    return status(pod, StepNames.STEP).map(found -> found.getState().getTerminated());
  }

  private static StepStage ended(Pod pod, ContainerStateTerminated end) {
    String reason = Objects.requireNonNullElse(end.getReason(), "");
    if (Set.of("StartError", "ContainerCannotRun").contains(reason)) {
      return new Refused(
          "its command cannot be started: " + Objects.requireNonNullElse(end.getMessage(), reason));
    }
    return new Ended(
        pod.getMetadata().getName(),
        end.getExitCode(),
        reason.equals("OOMKilled"),
        status(pod, StepNames.KEEP)
            .map(found -> found.getState().getTerminated() == null)
            .orElse(true),
        Instant.parse(end.getStartedAt()),
        Instant.parse(end.getFinishedAt()),
        FailedService.of(pod));
  }

  /** Whether a container was ended because its pod is to go. */
  private static boolean wasDeletedBefore(Pod pod, ContainerStateTerminated end) {
    String due = pod.getMetadata().getDeletionTimestamp();
    long grace = Objects.requireNonNullElse(pod.getMetadata().getDeletionGracePeriodSeconds(), 0L);
    return due != null
        && !Instant.parse(end.getFinishedAt()).isBefore(Instant.parse(due).minusSeconds(grace));
  }

  private static boolean wasDisrupted(Pod pod) {
    return condition(pod, "DisruptionTarget")
        .map(found -> found.getStatus().equals("True"))
        .orElse(false);
  }

  private static String lost(Pod pod) {
    Optional<String> disruption =
        condition(pod, "DisruptionTarget").map(found -> String.valueOf(found.getMessage()));
    Optional<String> receiving =
        status(pod, StepNames.RECEIVE)
            .map(found -> found.getState().getTerminated())
            .filter(end -> end.getExitCode() != 0)
            .map(end -> "the helper that receives the workspace ended with " + end.getExitCode());
    return disruption
        .or(() -> receiving)
        .or(() -> Optional.ofNullable(pod.getStatus().getMessage()))
        .orElse("its pod has failed");
  }

  private static StepStage underWay(String name, Pod pod, Instant started, Instant now) {
    Optional<PodCondition> scheduled = condition(pod, "PodScheduled");
    if (scheduled.isPresent() && scheduled.get().getStatus().equals("False")) {
      return new Waiting("no node takes it: " + scheduled.get().getMessage(), started);
    }
    Optional<ContainerState> step = status(pod, StepNames.STEP).map(ContainerStatus::getState);
    if (step.map(ContainerState::getRunning).isPresent()) {
      return new Running(
          name, Instant.parse(step.map(ContainerState::getRunning).get().getStartedAt()));
    }
    Optional<FailedService> failed = FailedService.of(pod).stream().findFirst();
    if (failed.isPresent()) {
      return new Unserved(name, failed.get());
    }
    if (isServiceStarting(pod)) {
      return new Waiting("", now); // the node ends it where this takes too long
    }
    Instant since = progress(pod, started);
    Optional<StepStage> stuck =
        statuses(pod).map(status -> stuck(status, since)).flatMap(Optional::stream).findFirst();
    if (stuck.isPresent()) {
      return stuck.get();
    }
    boolean receives =
        status(pod, StepNames.RECEIVE).map(found -> found.getState().getRunning()).isPresent();
    return receives ? new Receiving(name) : new Waiting("", since);
  }

  private static boolean isServiceStarting(Pod pod) {
    return pod.getStatus().getInitContainerStatuses().stream()
        .filter(status -> ServiceContainer.service(status.getName()).isPresent())
        .anyMatch(status ->
            status.getState().getRunning() != null && !Boolean.TRUE.equals(status.getStarted()));
  }

  /** When a pod last came nearer to running its step: a node took it, a container did its part. */
  private static Instant progress(Pod pod, Instant started) {
    Stream<String> scheduled =
        condition(pod, "PodScheduled").map(PodCondition::getLastTransitionTime).stream();
    Stream<String> initialised =
        pod.getStatus().getInitContainerStatuses().stream()
            .map(status -> status.getState().getTerminated())
            .filter(Objects::nonNull)
            .map(ContainerStateTerminated::getFinishedAt);
    return Stream.concat(scheduled, initialised)
        .filter(Objects::nonNull)
        .map(Instant::parse)
        .filter(started::isBefore)
        .max(Comparator.naturalOrder())
        .orElse(started);
  }

  /** Why a container that waits does, where that is not the usual. */
  private static Optional<StepStage> stuck(ContainerStatus status, Instant since) {
    var waiting = status.getState().getWaiting();
    if (waiting == null) {
      return Optional.empty();
    }
    String reason = Objects.requireNonNullElse(waiting.getReason(), "");
    String message = Objects.requireNonNullElse(waiting.getMessage(), reason);
    String whose =
        ServiceContainer.service(status.getName())
            .map(service -> " of its service \"" + service + "\"")
            .orElse("");
    String image =
        "the image \"%s\"%s cannot be pulled: %s".formatted(status.getImage(), whose, message);
    if (HOPELESS.contains(reason) || (PULLING.contains(reason) && isFinal(message))) {
      return Optional.of(new Refused(image));
    }
    if (PULLING.contains(reason)) {
      return Optional.of(new Waiting(image, since));
    }
    return reason.startsWith("Create") || reason.equals("RunContainerError")
        ? Optional.of(new Waiting(message, since))
        : Optional.empty();
  }

  /** Whether a registry has said no, rather than nothing. */
  private static boolean isFinal(String message) {
    String words = message.toLowerCase(Locale.ROOT);
    return Stream.of(
            "not found",
            "notfound",
            "manifest unknown",
            "unauthorized",
            "denied",
            "forbidden",
            "authorize",
            "invalid reference",
            "no match for platform")
        .anyMatch(words::contains);
  }

  private static Stream<ContainerStatus> statuses(Pod pod) {
    return Stream.concat(
        pod.getStatus().getInitContainerStatuses().stream(),
        pod.getStatus().getContainerStatuses().stream());
  }

  private static Optional<ContainerStatus> status(Pod pod, String container) {
    return statuses(pod).filter(status -> status.getName().equals(container)).findFirst();
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst();
  }
}
