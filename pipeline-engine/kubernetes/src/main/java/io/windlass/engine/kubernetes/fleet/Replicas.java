package io.windlass.engine.kubernetes.fleet;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Pods as the scaler sees them. Pure. */
final class Replicas {
  private static final Set<String> OVER = Set.of("Succeeded", "Failed");

  private Replicas() {}

  /** A pod that has ended for good is no replica any more. */
  static boolean counts(Pod pod) {
    return !OVER.contains(String.valueOf(pod.getStatus().getPhase()));
  }

  static Replica of(EnvironmentId environment, Pod pod) {
    String number = pod.getMetadata().getLabels().get(Labels.RELEASE);
    State state = state(pod);
    return new Replica(
        pod.getMetadata().getName(),
        new ReleaseId(environment, Long.parseLong(number)).toString(),
        state,
        since(pod, state));
  }

  /** One that is ready and gets no requests. */
  static Replica standingBy(Replica replica) {
    return replica.state() == State.READY
        ? new Replica(replica.id(), replica.release(), State.STANDBY, replica.since())
        : replica;
  }

  private static State state(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return State.STOPPING;
    }
    if (condition(pod, "Ready").filter(c -> c.getStatus().equals("True")).isPresent()) {
      return State.READY;
    }
    List<ContainerStatus> containers = pod.getStatus().getContainerStatuses();
    boolean failed =
        containers.stream().anyMatch(c -> c.getState().getTerminated() != null || isBackingOff(c));
    if (failed) {
      return State.FAILED;
    }
    boolean wasReady =
        condition(pod, "Ready")
            .map(c -> Instant.parse(c.getLastTransitionTime()))
            .filter(at ->
                !containers.isEmpty()
                    && containers.stream()
                        .allMatch(c ->
                            c.getState().getRunning() != null
                                && Instant.parse(c.getState().getRunning().getStartedAt())
                                    .isBefore(at)))
            .isPresent();
    return wasReady ? State.UNREADY : State.STARTING;
  }

  private static boolean isBackingOff(ContainerStatus container) {
    var waiting = container.getState().getWaiting();
    return waiting != null && "CrashLoopBackOff".equals(waiting.getReason());
  }

  private static Instant since(Pod pod, State state) {
    Optional<String> at =
        switch (state) {
          case STOPPING -> Optional.of(pod.getMetadata().getDeletionTimestamp());
          case READY, STANDBY, UNREADY ->
              condition(pod, "Ready").map(PodCondition::getLastTransitionTime);
          case STARTING, FAILED -> Optional.empty();
        };
    return Instant.parse(at.orElse(pod.getMetadata().getCreationTimestamp()));
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals(type))
        .findFirst();
  }

  /** What the cluster does not grant of what is wanted; empty where it grants all. */
  static Optional<Limit> limit(List<Pod> pods, List<ReplicaSet> sets) {
    Optional<String> quota =
        sets.stream()
            .flatMap(set -> set.getStatus().getConditions().stream())
            .filter(c -> c.getType().equals("ReplicaFailure") && c.getStatus().equals("True"))
            .map(c -> c.getMessage())
            .findFirst();
    if (quota.isPresent()) {
      return Optional.of(
          new Limit(pods.size(), "the cluster makes no more replicas: " + quota.get()));
    }
    List<Pod> without =
        pods.stream()
            .filter(pod ->
                condition(pod, "PodScheduled")
                    .filter(c -> "Unschedulable".equals(c.getReason()))
                    .isPresent())
            .toList();
    return without.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Limit(
                pods.size() - without.size(),
                "no node has room for another replica: "
                    + condition(without.getFirst(), "PodScheduled")
                        .map(PodCondition::getMessage)
                        .orElse("")));
  }
}
