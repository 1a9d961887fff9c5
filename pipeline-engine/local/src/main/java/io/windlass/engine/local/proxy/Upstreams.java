package io.windlass.engine.local.proxy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every replica that the proxy knows: those of the table, and those that left it with requests
 * under way. Keeps the counters of the departed, per release. Guarded by its own monitor; no
 * request takes it.
 */
final class Upstreams {

  /** How many releases without replicas are remembered. */
  private static final int REMEMBERED = 256;

  private record Key(String replica, String release, InetSocketAddress address) {}

  private record Program(String fleet, String release) {}

  private final Map<Key, Upstream> present = new LinkedHashMap<>();
  private final List<Upstream> leaving = new ArrayList<>();
  private final Map<Program, Counters> departed = new LinkedHashMap<>();

  /** Makes the table of these routes, and parts with the replicas that are in none of them. */
  synchronized RouteTable table(Collection<Route> routes) {
    check(routes);
    Map<Key, Upstream> next = new LinkedHashMap<>();
    List<Target> targets = new ArrayList<>();
    for (Route route : routes) {
      List<Upstream> behind = new ArrayList<>();
      for (Backend backend : route.backends()) {
        Key key = new Key(backend.replica(), backend.release(), backend.address());
        Upstream upstream = next.computeIfAbsent(key, fresh -> upstream(route.fleet(), backend));
        upstream.state(backend.state());
        behind.add(upstream);
      }
      targets.add(new Target(route, behind));
    }
    present.forEach((key, upstream) -> {
      if (!next.containsKey(key)) {
        leaving.add(upstream);
      }
    });
    present.clear();
    present.putAll(next);
    forgetTheDeparted();
    return RouteTable.of(targets);
  }

  private Upstream upstream(String fleet, Backend backend) {
    Upstream known = present.get(new Key(backend.replica(), backend.release(), backend.address()));
    return known != null
        ? known
        : new Upstream(
            backend.replica(), backend.release(), fleet, backend.address(), new Counters());
  }

  private static void check(Collection<Route> routes) {
    Set<String> places = new HashSet<>();
    Map<String, String> fleets = new HashMap<>();
    Map<String, Backend> replicas = new HashMap<>();
    for (Route route : routes) {
      String place = route.host().orElse("*") + " " + route.pathPrefix();
      if (!places.add(place)) {
        throw new IllegalArgumentException(
            "Tried to replace the routes but host and path \"%s\" stand there twice; give each to one fleet"
                .formatted(place));
      }
      for (Backend backend : route.backends()) {
        Backend same = replicas.putIfAbsent(backend.replica(), backend);
        String fleet = fleets.putIfAbsent(backend.replica(), route.fleet());
        if ((same != null && !same.equals(backend))
            || (fleet != null && !fleet.equals(route.fleet()))) {
          throw new IllegalArgumentException(
              "Tried to replace the routes but replica \"%s\" stands there as two different ones; give each replica one fleet, release, address and state"
                  .formatted(backend.replica()));
        }
      }
    }
  }

  /** All incarnations of a replica: it may have come back at another address. */
  synchronized List<Upstream> of(String replica) {
    return all().stream().filter(one -> one.replica().equals(replica)).toList();
  }

  synchronized List<Upstream> all() {
    List<Upstream> all = new ArrayList<>(present.values());
    all.addAll(leaving);
    return all;
  }

  synchronized List<ProxyStats.ReplicaStats> replicas(long now) {
    forgetTheDeparted();
    return all().stream()
        .map(one ->
            new ProxyStats.ReplicaStats(
                one.replica(),
                one.release(),
                one.fleet(),
                one.draining() || leaving.contains(one)
                    ? BackendState.DRAINING
                    : BackendState.READY,
                one.refusing(now),
                one.counters().snapshot(one.inFlight())))
        .toList();
  }

  synchronized List<ProxyStats.ReleaseStats> releases() {
    forgetTheDeparted();
    Map<Program, Counters> sums = new LinkedHashMap<>();
    Map<Program, Long> inFlight = new HashMap<>();
    departed.forEach((program, counters) -> sum(sums, program).add(counters));
    for (Upstream one : all()) {
      Program program = new Program(one.fleet(), one.release());
      sum(sums, program).add(one.counters());
      inFlight.merge(program, one.inFlight(), Long::sum);
    }
    return sums.entrySet().stream()
        .map(entry ->
            new ProxyStats.ReleaseStats(
                entry.getKey().fleet(),
                entry.getKey().release(),
                entry.getValue().snapshot(inFlight.getOrDefault(entry.getKey(), 0L))))
        .toList();
  }

  private static Counters sum(Map<Program, Counters> sums, Program program) {
    return sums.computeIfAbsent(program, fresh -> new Counters());
  }

  private void forgetTheDeparted() {
    leaving.removeIf(one -> {
      boolean gone = one.inFlight() == 0;
      if (gone) {
        sum(departed, new Program(one.fleet(), one.release())).add(one.counters());
      }
      return gone;
    });
    Set<Program> alive = new HashSet<>();
    all().forEach(one -> alive.add(new Program(one.fleet(), one.release())));
    var eldest = departed.keySet().iterator();
    while (departed.size() > REMEMBERED && eldest.hasNext()) {
      if (!alive.contains(eldest.next())) {
        eldest.remove();
      }
    }
  }
}
