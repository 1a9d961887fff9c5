package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A service of a step that has ended although the step goes on, or was to begin.
 *
 * @param words how it ended; for one that was not ready in time, what its probe waited for
 * @param again whether it was started again, so that its lines are those of the start before
 */
record FailedService(String name, String container, String words, boolean again) {
  /** What ends where it is told to stop: in good order, by the signal, or killed. */
  private static final Set<Integer> STOPPED = Set.of(0, 143, 137);

  /** So much earlier may the last probe be than its time is over. */
  private static final Duration EARLIER = Duration.ofSeconds(2);

  /** Those of a pod, in their order. */
  static List<FailedService> of(Pod pod) {
    return pod.getStatus().getInitContainerStatuses().stream()
        .map(status ->
            ServiceContainer.service(status.getName())
                .flatMap(name -> end(status).map(end -> of(pod, name, status, end))))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<ContainerStateTerminated> end(ContainerStatus status) {
    var last = status.getLastState();
    return Optional.ofNullable(status.getState().getTerminated())
        .or(() -> Optional.ofNullable(last == null ? null : last.getTerminated()));
  }

  private static FailedService of(
      Pod pod, String name, ContainerStatus status, ContainerStateTerminated end) {
    String how =
        "OOMKilled".equals(end.getReason())
            ? "took more memory than it may"
            : isTooSlow(pod, status, end)
                ? notReady(pod, status.getName())
                : "ended with " + end.getExitCode();
    return new FailedService(
        name,
        status.getName(),
        "its service \"" + name + "\" " + how,
        status.getState().getTerminated() == null);
  }

  /**
   * Whether its node ended it for that: it was stopped, or had to be killed, after as many periods
   * as its probe has answers. The first is asked for at once, so that there is one period less
   * between it and the last, and times are in whole seconds.
   */
  private static boolean isTooSlow(Pod pod, ContainerStatus status, ContainerStateTerminated end) {
    if (Boolean.TRUE.equals(status.getStarted())
        || end.getStartedAt() == null
        || !STOPPED.contains(end.getExitCode())) {
      return false;
    }
    Duration ran =
        Duration.between(Instant.parse(end.getStartedAt()), Instant.parse(end.getFinishedAt()));
    return ran.compareTo(within(pod, status.getName()).minus(EARLIER)) >= 0;
  }

  private static String notReady(Pod pod, String container) {
    return "was not ready within %ds: %s"
        .formatted(
            within(pod, container).toSeconds(),
            probe(pod, container).map(ServiceContainer::unanswered).orElse("it has no probe"));
  }

  private static Duration within(Pod pod, String container) {
    return probe(pod, container)
        .map(probe ->
            Duration.ofSeconds((long) probe.getFailureThreshold() * probe.getPeriodSeconds()))
        .orElse(Duration.ZERO);
  }

  private static Optional<Probe> probe(Pod pod, String container) {
    return pod.getSpec().getInitContainers().stream()
        .filter(spec -> spec.getName().equals(container))
        .map(Container::getStartupProbe)
        .filter(Objects::nonNull)
        .findFirst();
  }
}
