package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.workload.Slot;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the requests of one process go now.
 *
 * @param selected the slots that its service selects
 * @param reached how many ready pods of each slot its service reaches: what is written takes a
 *     moment to get there
 * @param next the second service, which is there while requests are weighed
 */
record Requests(Set<Slot> selected, Map<Slot, Integer> reached, Optional<Next> next) {
  /**
   * The service that has a weight of its own.
   *
   * @param percent of the requests that go to it; the rest goes to the process' own service
   * @param reached how many ready pods it reaches
   */
  record Next(Slot slot, int percent, int reached) {}

  Requests {
    selected = Set.copyOf(selected);
    reached = Map.copyOf(reached);
  }

  boolean only(Slot slot) {
    return selected.equals(Set.of(slot));
  }

  /** How many ready pods of a slot the process' own service reaches. */
  int reached(Slot slot) {
    return reached.getOrDefault(slot, 0);
  }
}
