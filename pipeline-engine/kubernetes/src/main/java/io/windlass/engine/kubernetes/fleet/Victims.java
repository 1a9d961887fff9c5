package io.windlass.engine.kubernetes.fleet;

import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Which replicas cost least to lose. Pure. */
final class Victims {
  private Victims() {}

  /**
   * The replicas to lose, in no particular order; none where any is as good as another, which the
   * cluster then chooses by itself.
   *
   * @param release the number of a replica's release
   * @param load what each replica has to do, by its id, where it is known
   */
  static List<Replica> choose(
      List<Replica> replicas,
      int count,
      ToLongFunction<Replica> release,
      Map<String, Double> load) {
    List<Replica> there = replicas.stream().filter(r -> r.state() != State.STOPPING).toList();
    if (count <= 0 || count >= there.size()) {
      return List.of();
    }
    Comparator<Replica> cost =
        Comparator.<Replica, Boolean>comparing(r -> r.state() == State.READY)
            .thenComparingLong(release)
            .thenComparing(r -> load.getOrDefault(r.id(), 0.0));
    List<Replica> cheapest = there.stream().sorted(cost).toList();
    boolean alike = cost.compare(cheapest.getFirst(), cheapest.getLast()) == 0;
    return alike ? List.of() : cheapest.subList(0, count);
  }
}
