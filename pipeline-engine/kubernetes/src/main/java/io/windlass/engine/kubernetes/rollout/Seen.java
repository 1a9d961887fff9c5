package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.workload.Slot;
import java.util.Map;
import java.util.Optional;

/**
 * One process of an environment as the cluster shows it.
 *
 * @param workloads by slot
 * @param requests empty where it has no service
 * @param weighs whether its routes can weigh requests between two services
 */
record Seen(Map<Slot, Workload> workloads, Optional<Requests> requests, boolean weighs) {
  /** Nothing is there yet. */
  static final Seen NOTHING = new Seen(Map.of(), Optional.empty(), false);

  /**
   * One workload.
   *
   * @param release of its pod template
   * @param size what it is sized to
   * @param pods that are there, those on their way out included; but not those of a Deployment that
   *     should be gone by now, since others have taken their places
   * @param ready pods that take requests, whatever their release; those beyond the size do not
   *     count, because they are about to go
   * @param proved ready pods of the template's release
   */
  record Workload(long release, int size, int pods, int ready, int proved) {
    Workload {
      ready = Math.min(ready, size);
      proved = Math.min(proved, size);
    }
  }

  Seen {
    workloads = Map.copyOf(workloads);
  }

  Optional<Workload> in(Slot slot) {
    return Optional.ofNullable(workloads.get(slot));
  }
}
