package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;

/** What a pod's status says. */
final class Pods {
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

  /** Whether it has ended for good and only its name is left. */
  static boolean over(Pod pod) {
    return OVER.contains(String.valueOf(pod.getStatus().getPhase()));
  }
}
