package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.proxy.Backend;
import io.windlass.engine.local.proxy.BackendState;
import io.windlass.engine.local.proxy.Route;
import io.windlass.engine.local.state.Division;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Running;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads from the state which requests go to which replicas. */
final class Routing {
  private final Releases releases;

  Routing(Releases releases) {
    this.releases = releases;
  }

  List<Route> routes(KeeperState state) {
    List<Route> routes = new ArrayList<>();
    for (Map.Entry<String, Division> entry : state.divisions().entrySet()) {
      for (RouteSpec route : published(state, entry.getValue())) {
        String fleet = entry.getKey() + "/" + route.process();
        routes.add(new Route(route.host(), route.path(), fleet, backends(state, fleet)));
      }
    }
    return routes;
  }

  /** The new release's own, as soon as it can answer; until then those of the one before. */
  private List<RouteSpec> published(KeeperState state, Division division) {
    boolean up =
        state.members().values().stream()
            .anyMatch(m -> m.release().equals(division.to()) && m.phase() == Phase.READY);
    Optional<ReleaseSpec> release =
        (up ? Optional.<String>empty() : division.from())
            .flatMap(releases::find)
            .or(() -> releases.find(division.to()));
    return release.map(ReleaseSpec::routes).orElse(List.of());
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
