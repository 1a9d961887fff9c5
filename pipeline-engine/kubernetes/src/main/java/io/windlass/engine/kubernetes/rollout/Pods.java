package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a pod's status says. */
final class Pods {
  /** More than a node needs to say that a pod is gone, and than clocks differ. */
  private static final Duration LATE = Duration.ofMinutes(1);

  private static final List<String> OVER = List.of("Succeeded", "Failed");

  private Pods() {}

  static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals(type))
        .findFirst();
  }

  /** Whether it takes requests, and is to go on. */
  static boolean ready(Pod pod) {
    return !leaving(pod)
        && condition(pod, "Ready").filter(c -> c.getStatus().equals("True")).isPresent();
  }

  static boolean leaving(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  /**
   * Whether it should be gone by now, with all the time that it has to stop. Its node does not
   * answer, or somebody holds it, and it may stay like this for ever.
   */
  static boolean leftBehind(Pod pod, Instant now) {
    return leaving(pod)
        && Instant.parse(pod.getMetadata().getDeletionTimestamp()).plus(LATE).isBefore(now);
  }

  /** Whether it has ended for good and only its name is left. */
  static boolean over(Pod pod) {
    return OVER.contains(String.valueOf(pod.getStatus().getPhase()));
  }
}
