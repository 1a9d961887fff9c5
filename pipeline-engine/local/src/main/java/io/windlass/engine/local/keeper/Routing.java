package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.proxy.Backend;
import io.windlass.engine.local.proxy.BackendState;
import io.windlass.engine.local.proxy.Route;
import io.windlass.engine.local.proxy.Weight;
import io.windlass.engine.local.state.Divided;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Running;
import io.windlass.engine.rollout.Division.Part;
import io.windlass.scaler.fleet.Share;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads from the state which requests go to which replicas. */
final class Routing {
  private final Releases releases;
  private final Rollouts rollouts;

  Routing(Releases releases, Rollouts rollouts) {
    this.releases = releases;
    this.rollouts = rollouts;
  }

  List<Route> routes(KeeperState state) {
    List<Route> routes = new ArrayList<>();
    state
        .divisions()
        .forEach((environment, division) ->
            published(state, division)
                .forEach((route, of) -> routes.add(route(state, environment, route, of))));
    return routes;
  }

  private Route route(
      KeeperState state, String environment, RouteSpec route, Predicate<String> of) {
    String fleet = environment + "/" + route.process();
    List<Backend> backends =
        backends(state, fleet).stream().filter(backend -> of.test(backend.release())).toList();
    Optional<Divided> divided = state.division(environment);
    Optional<Share> share = rollouts.requests(state, environment, route.process());
    if (divided.isEmpty() || share.isEmpty()) {
      return new Route(route.host(), route.path(), fleet, backends);
    }
    Weight weight = new Weight(divided.get().to(), share.get());
    return new Route(
        route.host(),
        route.path(),
        fleet,
        withoutOthers(backends, divided.get()),
        Optional.of(weight));
  }

  /** What a move before left behind is nobody's share; it helps out where neither is ready. */
  private static List<Backend> withoutOthers(List<Backend> backends, Divided divided) {
    List<Backend> named = backends.stream().filter(b -> divided.names(b.release())).toList();
    return named.stream().anyMatch(b -> b.state() == BackendState.READY) ? named : backends;
  }

  /** Routes, each with the releases whose replicas are behind it. */
  private Map<RouteSpec, Predicate<String>> published(KeeperState state, Divided divided) {
    Optional<String> from = divided.from().filter(r -> releases.find(r).isPresent());
    if (from.isPresent() && (!isUp(state, divided.to()) || divided.isBehind())) {
      return behindAll(routesOf(from.get()));
    }
    return from.isPresent() && divided.asked() instanceof Part
        ? both(divided.to(), from.get())
        : behindAll(routesOf(divided.to()));
  }

  private static Map<RouteSpec, Predicate<String>> behindAll(List<RouteSpec> routes) {
    Map<RouteSpec, Predicate<String>> published = new LinkedHashMap<>();
    routes.forEach(route -> published.put(route, _ -> true));
    return published;
  }

  /**
   * While both serve. A route that only one of them has is answered by that one alone: the other
   * has nothing to say there. Where both have the place for different processes it stays as it was.
   */
  private Map<RouteSpec, Predicate<String>> both(String to, String from) {
    List<RouteSpec> next = routesOf(to);
    List<RouteSpec> before = routesOf(from);
    Map<RouteSpec, Predicate<String>> published = new LinkedHashMap<>();
    before.forEach(route -> published.put(route, next.contains(route) ? _ -> true : from::equals));
    next.stream()
        .filter(route -> before.stream().noneMatch(route::sharesPlace))
        .forEach(route -> published.put(route, to::equals));
    return published;
  }

  private List<RouteSpec> routesOf(String release) {
    return releases.find(release).map(ReleaseSpec::routes).orElse(List.of());
  }

  private static boolean isUp(KeeperState state, String release) {
    return state.members().values().stream()
        .anyMatch(m -> m.release().equals(release) && m.phase() == Phase.READY);
  }

  private static List<Backend> backends(KeeperState state, String fleet) {
    List<Backend> backends = new ArrayList<>();
    for (Member member : state.fleet(fleet)) {
      Optional<Integer> port = member.running().flatMap(Running::port);
      if (port.isEmpty()) {
        continue;
      }
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port.get());
      switch (member.phase()) {
        case READY ->
            backends.add(new Backend(member.id(), member.release(), address, BackendState.READY));
        case DRAINING ->
            backends.add(
                new Backend(member.id(), member.release(), address, BackendState.DRAINING));
        case STARTING, UNREADY, BACKOFF, CRASH_LOOPING, STOPPING -> {}
      }
    }
    return backends;
  }
}
