package io.windlass.engine.local.proxy;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A route with the replicas behind it, and the choice among them. */
final class Target {

  private final Route route;
  private final List<Upstream> upstreams;
  private final AtomicInteger turn = new AtomicInteger();

  Target(Route route, List<Upstream> upstreams) {
    this.route = route;
    this.upstreams = List.copyOf(upstreams);
  }

  Route route() {
    return route;
  }

  /**
   * Gives a place at the replica with the fewest requests under way; equals take turns. Replicas
   * that refused a connection a moment ago come last. The caller gives the place back.
   *
   * @param tried replicas not to be asked again
   */
  Optional<Upstream> acquire(Collection<Upstream> tried, long now) {
    // A replica may begin to drain between the choice and the taking: then choose again among the
    // others.
    for (int i = 0; i < upstreams.size(); i++) {
      Optional<Upstream> best = best(tried, now);
      if (best.isEmpty() || best.get().acquire()) {
        return best;
      }
    }
    return Optional.empty();
  }

  private Optional<Upstream> best(Collection<Upstream> tried, long now) {
    int size = upstreams.size();
    int start = size == 0 ? 0 : Math.floorMod(turn.getAndIncrement(), size);
    Optional<Upstream> best = Optional.empty();
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      Upstream one = upstreams.get((start + i) % size);
      if (one.draining() || tried.contains(one)) {
        continue;
      }
      long load = one.refusing(now) ? Long.MAX_VALUE - 1 : one.inFlight();
      if (load < fewest) {
        best = Optional.of(one);
        fewest = load;
      }
    }
    return best;
  }
}
