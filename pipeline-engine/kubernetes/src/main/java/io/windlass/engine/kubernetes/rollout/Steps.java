package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.rollout.Certification.State;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be done next for an environment to come to what is wanted of it. Pure, and the same
 * whatever was done before: after a crash, a refused write or somebody else's change it goes on
 * from what is there.
 *
 * <p>Within one slot the cluster's own controller replaces the pods. Between two slots a slot gives
 * up a replica only for a ready one of the other, never more than a quarter of the total is there
 * twice (except for blue-green, which is asked to have everything twice), and the last replicas go
 * when no requests are sent to them any more.
 */
final class Steps {
  private Steps() {}

  /**
   * The next writes in the order in which they are to be made; none where nothing is to be done.
   */
  static List<Action> next(Observed observed) {
    if (observed.processes().isEmpty()) {
      // No release yet, or nobody knows any more what it is made of.
      return List.of();
    }
    if (awaitsCertificates(observed)) {
      boolean absent = observed.certificates().stream().anyMatch(c -> c.state() == State.ABSENT);
      return absent ? List.of(new Action.Certify(observed.wish().to())) : List.of();
    }
    List<Action> actions = new ArrayList<>();
    if (publishes(observed)) {
      actions.add(new Action.Publish(observed.wish().to()));
    }
    fleets(observed).forEach(fleet -> actions.addAll(fleet.next()));
    return actions.isEmpty() && arrived(observed) ? last(observed) : actions;
  }

  /** What is left to do once every process of the release has arrived. */
  private static List<Action> last(Observed observed) {
    Wish wish = observed.wish();
    // A process that is no more goes when all others have arrived.
    Set<String> dropped = replaces(wish) ? dropped(observed) : Set.of();
    if (!dropped.isEmpty()) {
      return dropped.stream()
          .flatMap(process -> takeAway(process, observed.fleet(process)).stream())
          .toList();
    }
    if (replaces(wish) && !concluded(observed)) {
      Action conclude = new Action.Conclude();
      return wish.before().isPresent()
          ? List.of(new Action.Prune(wish.to()), conclude)
          : List.of(conclude);
    }
    Map<String, Integer> ready = new HashMap<>();
    observed
        .processes()
        .keySet()
        .forEach(process -> ready.put(process, new ProcessSteps(observed, process).ofRelease()));
    return wish.onTrial() && !wish.reached().equals(ready)
        ? List.of(new Action.Reach(ready))
        : List.of();
  }

  /** Whether everything is as wanted, and what was too many is gone. */
  static boolean settled(Observed observed) {
    return next(observed).isEmpty()
        && !awaitsCertificates(observed)
        && arrived(observed)
        && (!replaces(observed.wish()) || dropped(observed).isEmpty());
  }

  /**
   * Whether nothing moves before certificates are issued: an ingress controller would answer with
   * another one, and send clients there that had none before. A return does not wait.
   */
  static boolean awaitsCertificates(Observed observed) {
    boolean back = observed.wish().before().filter(before -> !before.proved()).isPresent();
    return !back && observed.certificates().stream().anyMatch(c -> c.state() != State.ISSUED);
  }

  /** How many replicas of the wanted release there are to be, as far as totals are known. */
  static int wanted(Observed observed) {
    return fleets(observed).stream().mapToInt(ProcessSteps::ofRelease).sum();
  }

  private static List<ProcessSteps> fleets(Observed observed) {
    return new TreeSet<>(observed.processes().keySet())
        .stream().map(process -> new ProcessSteps(observed, process)).toList();
  }

  private static boolean arrived(Observed observed) {
    return fleets(observed).stream().allMatch(ProcessSteps::arrived);
  }

  private static boolean replaces(Wish wish) {
    return wish.division() instanceof Division.Replace;
  }

  private static boolean concluded(Observed observed) {
    Wish wish = observed.wish();
    return wish.equals(wish.concluded(observed.processes().keySet()));
  }

  private static boolean publishes(Observed observed) {
    boolean lost =
        observed.processes().entrySet().stream()
            .anyMatch(p -> p.getValue() && observed.fleet(p.getKey()).requests().isEmpty());
    boolean newer = !observed.wish().published().equals(Optional.of(observed.wish().to()));
    return replaces(observed.wish()) && (newer || lost);
  }

  /** Processes that the wanted release does not have and of which there is something left. */
  private static Set<String> dropped(Observed observed) {
    Set<String> dropped = new TreeSet<>();
    observed
        .fleets()
        .forEach((process, seen) -> {
          if (!observed.processes().containsKey(process) && !seen.workloads().isEmpty()) {
            dropped.add(process);
          }
        });
    return dropped;
  }

  private static List<Action> takeAway(String process, Seen seen) {
    List<Action> actions = new ArrayList<>();
    for (Slot slot : Slot.values()) {
      seen.in(slot)
          .ifPresent(w -> {
            if (w.size() > 0) {
              actions.add(new Action.Size(process, slot, 0));
            } else if (w.pods() == 0) {
              actions.add(new Action.Delete(process, slot));
            }
          });
    }
    return actions;
  }
}
