package io.windlass.engine.local.protocol;

import java.util.List;
import java.util.Map;

/**
 * All that the keeper needs to run a release again and again without the server. Immutable: a
 * second description under the same name must be the same.
 *
 * @param environment {@code acme/shop/production}
 * @param release {@code acme/shop/production@12}; unique on the machine
 * @param processes by name; each is a fleet {@code environment/process}
 */
public record ReleaseSpec(
    String environment,
    String release,
    Map<String, ProcessSpec> processes,
    List<RouteSpec> routes) {
  public ReleaseSpec {
    processes = Map.copyOf(processes);
    routes = List.copyOf(routes);
  }

  public ReleaseSpec withProcesses(Map<String, ProcessSpec> others) {
    return new ReleaseSpec(environment, release, others, routes);
  }
}
