package io.windlass.scaler.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What one evaluation must know of earlier ones. A value: the loop stores it beside each decision
 * and gives it back, also after a restart. Its lists are bounded by the windows that they serve.
 *
 * @param last the latest evaluation
 * @param knownSince from when on the windows below have no hole
 * @param seen the wanted total that was seen last
 * @param pending a size that was to be written; the next look at the fleet says whether it was
 * @param changes of the wanted total, whoever made them, oldest first
 * @param demands the sizes asked for, oldest first; only those that no later one exceeds, which is
 *     all a maximum needs
 * @param loads what the policies measured, in replicas' worth, thinned to about {@value #LOADS}
 *     points a window
 * @param levels by policy, what is believed of its total
 * @param missingSince by policy, since when its signal is not whole
 * @param outside somebody else set the size lately
 */
public record Memory(
    Optional<Instant> last,
    Optional<Instant> knownSince,
    OptionalInt seen,
    Optional<Change> pending,
    List<Change> changes,
    List<Demand> demands,
    List<Load> loads,
    Map<String, Level> levels,
    Map<String, Instant> missingSince,
    Optional<Outside> outside) {
  static final int LOADS = 60;

  /** Before the first evaluation. */
  public static final Memory EMPTY =
      new Memory(
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          Map.of(),
          Optional.empty());

  public Memory {
    changes = List.copyOf(changes);
    demands = List.copyOf(demands);
    loads = List.copyOf(loads);
    levels = Collections.unmodifiableMap(new TreeMap<>(levels));
    missingSince = Collections.unmodifiableMap(new TreeMap<>(missingSince));
  }

  /** The wanted total went from one size to another. */
  public record Change(Instant at, int from, int to) {}

  /** A size that the policies asked for. */
  public record Demand(Instant at, int replicas) {}

  /** What the policies measured, in replicas' worth. */
  public record Load(Instant at, double replicas) {}

  /**
   * The last total of a policy that was believed, and how many evaluations in a row have
   * contradicted it.
   *
   * @param seen the newest total, believed or not
   */
  public record Level(double believed, double seen, int falls, int leaps) {}

  /** Somebody else set the size; it is not shrunk until this moment. */
  public record Outside(String writer, int from, int to, Instant until) {}

  /** The loop is about to write this size; call it before the write, store it, then write. */
  public Memory writing(Instant now, int from, int to) {
    return copy(seen, Optional.of(new Change(now, from, to)), changes, outside);
  }

  /**
   * Forgets which size was seen, so that the next one is taken as it is: a fleet that is only
   * observed is sized by somebody else all the time.
   */
  public Memory withoutSize() {
    return copy(OptionalInt.empty(), Optional.empty(), changes, outside);
  }

  Memory copy(
      OptionalInt seen, Optional<Change> pending, List<Change> changes, Optional<Outside> outside) {
    return new Memory(
        last, knownSince, seen, pending, changes, demands, loads, levels, missingSince, outside);
  }

  /** Forgets the windows, which have a hole or lie in the future of a clock that was set back. */
  Memory begunAgain(Instant now) {
    return new Memory(
        Optional.of(now),
        Optional.of(now),
        seen,
        pending,
        changes,
        List.of(),
        List.of(),
        levels,
        missingSince,
        outside);
  }

  Memory evaluated(Instant now) {
    return new Memory(
        Optional.of(now),
        Optional.of(knownSince.orElse(now)),
        seen,
        pending,
        changes,
        demands,
        loads,
        levels,
        missingSince,
        outside);
  }

  Memory believing(Map<String, Level> levels, Map<String, Instant> missingSince) {
    return new Memory(
        last, knownSince, seen, pending, changes, demands, loads, levels, missingSince, outside);
  }

  /** Adds what was asked for and measured now, and drops what has left the window. */
  Memory adding(Demand demand, Optional<Load> load, Duration window) {
    return new Memory(
        last,
        knownSince,
        seen,
        pending,
        changes,
        push(demands, demand, window),
        load.map(one -> push(loads, one, window))
            .orElseGet(() -> since(loads, Load::at, demand.at().minus(window))),
        levels,
        missingSince,
        outside);
  }

  /**
   * The largest size that was asked for within the window; the newest one if the window is shorter
   * than a tick.
   */
  int largestDemand(Instant after) {
    return demands.stream()
        .filter(demand -> demand.at().isAfter(after))
        .mapToInt(Demand::replicas)
        .max()
        .orElse(0);
  }

  /** The 95th percentile, nearest rank, of the loads in the window. */
  double peakLoad(Instant after) {
    List<Double> sorted =
        loads.stream()
            .filter(load -> load.at().isAfter(after))
            .map(Load::replicas)
            .sorted()
            .toList();
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1);
  }

  /** What is younger than the moment, in order. */
  static <T> List<T> since(List<T> all, Function<T, Instant> at, Instant moment) {
    return all.stream().filter(one -> at.apply(one).isAfter(moment)).toList();
  }

  /** A point that a later one reaches or exceeds can never again be the window's maximum. */
  private static List<Demand> push(List<Demand> all, Demand newest, Duration window) {
    List<Demand> kept = new ArrayList<>(since(all, Demand::at, newest.at().minus(window)));
    while (!kept.isEmpty() && kept.getLast().replicas() <= newest.replicas()) {
      kept.removeLast();
    }
    kept.add(newest);
    return kept;
  }

  /** Points closer together than a sixtieth of the window become one, the larger. */
  private static List<Load> push(List<Load> all, Load newest, Duration window) {
    List<Load> kept = new ArrayList<>(since(all, Load::at, newest.at().minus(window)));
    Duration bucket = window.dividedBy(LOADS);
    if (!kept.isEmpty() && kept.getLast().at().plus(bucket).isAfter(newest.at())) {
      Load last = kept.removeLast();
      kept.add(new Load(last.at(), Math.max(last.replicas(), newest.replicas())));
    } else {
      kept.add(newest);
    }
    return kept;
  }
}
