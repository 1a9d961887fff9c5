package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.environment.Wish;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the next steps of an environment follow from.
 *
 * @param processes of the wanted release by name, with whether each is to have a service
 * @param fleets every process of which anything is there
 * @param certificates that the wanted release has to wait for; none once anything of it is there
 */
record Observed(
    Wish wish,
    Map<String, Boolean> processes,
    Map<String, Seen> fleets,
    List<Certification> certificates) {
  Observed {
    processes = Map.copyOf(processes);
    fleets = Map.copyOf(fleets);
    certificates = List.copyOf(certificates);
  }

  /** Without certificates. */
  Observed(Wish wish, Map<String, Boolean> processes, Map<String, Seen> fleets) {
    this(wish, processes, fleets, List.of());
  }

  Seen fleet(String process) {
    return fleets.getOrDefault(process, Seen.NOTHING);
  }

  /**
   * How many replicas the process is to have in all; empty before anybody has said. Where no total
   * is kept, whatever runs of it in the wanted slot is all of it.
   */
  Optional<Integer> total(String process) {
    return Optional.ofNullable(wish.totals().get(process))
        .or(() -> fleet(process).in(wish.slot()).map(Seen.Workload::size));
  }
}
