package io.windlass.engine.local.proxy;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A route with the replicas behind it, and the choice among them. */
final class Target {

  private final Route route;
  private final int size;
  private final Side weighed;
  private final Side others;

  Target(Route route, List<Upstream> upstreams) {
    this.route = route;
    this.size = upstreams.size();
    this.weighed = new Side(upstreams.stream().filter(this::isWeighed).toList());
    this.others = new Side(upstreams.stream().filter(one -> !isWeighed(one)).toList());
  }

  private boolean isWeighed(Upstream upstream) {
    return route.weight().filter(weight -> weight.release().equals(upstream.release())).isPresent();
  }

  Route route() {
    return route;
  }

  /**
   * Gives a place at the replica with the fewest requests under way, of the side that the lot falls
   * on; equals take turns. The other side's come next, and last the replicas that refused a
   * connection a moment ago. The caller gives the place back.
   *
   * @param tried replicas not to be asked again
   * @param lot the request's, see {@link Weight#favours}
   */
  Optional<Upstream> acquire(Collection<Upstream> tried, double lot, long now) {
    // A replica may begin to drain between the choice and the taking: then choose again among the
    // others.
    for (int i = 0; i < size; i++) {
      Optional<Upstream> best = best(tried, lot, now);
      if (best.isEmpty() || best.get().acquire()) {
        return best;
      }
    }
    return Optional.empty();
  }

  private Optional<Upstream> best(Collection<Upstream> tried, double lot, long now) {
    boolean favoured = route.weight().filter(weight -> weight.favours(lot)).isPresent();
    Optional<Upstream> first = (favoured ? weighed : others).best(tried, now);
    if (first.isPresent() && !first.get().refusing(now)) {
      return first;
    }
    return (favoured ? others : weighed).best(tried, now).or(() -> first);
  }

  /** Replicas that a request may go to alike. */
  private static final class Side {

    private final List<Upstream> upstreams;
    private final AtomicInteger turn = new AtomicInteger();

    Side(List<Upstream> upstreams) {
      this.upstreams = upstreams;
    }

    Optional<Upstream> best(Collection<Upstream> tried, long now) {
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
}
