package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the cluster says of an attempt.
 *
 * @param pod the newest one of the Job
 * @param events of the Job
 */
record StepSight(Job job, Optional<Pod> pod, List<Event> events) {
  StepSight {
    events = List.copyOf(events);
  }

  /** The newest of a Job's pods. */
  static Optional<Pod> newest(List<Pod> pods) {
    return pods.stream()
        .max((a, b) ->
            a.getMetadata()
                .getCreationTimestamp()
                .compareTo(b.getMetadata().getCreationTimestamp()));
  }

  StepStage stage(Instant now) {
    return StepStage.of(job, pod, events, now);
  }
}
