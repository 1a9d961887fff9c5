package io.windlass.engine.release;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The runtime configuration of a release: what every target needs to know beyond the images.
 *
 * @param env plain variables for every process
 * @param secrets pinned to versions; their values become variables of the same names
 * @param processes by name, at least one
 * @param routes the public side
 * @param command run once per release before its first replica
 * @param manifests the objects that the commit brought; empty where the target makes them itself
 */
public record AppRuntime(
    Map<String, String> env,
    List<SecretRef> secrets,
    Map<String, ProcessRuntime> processes,
    List<PublicRoute> routes,
    Optional<ReleaseCommand> command,
    Optional<ManifestRef> manifests) {
  public AppRuntime {
    env = Map.copyOf(env);
    secrets = List.copyOf(secrets);
    processes = Map.copyOf(processes);
    routes = List.copyOf(routes);
    if (processes.isEmpty()) {
      throw new IllegalArgumentException(
          "Tried to describe an application without a process; a release needs at least one");
    }
  }

  /** One whose objects the target makes itself. */
  public AppRuntime(
      Map<String, String> env,
      List<SecretRef> secrets,
      Map<String, ProcessRuntime> processes,
      List<PublicRoute> routes,
      Optional<ReleaseCommand> command) {
    this(env, secrets, processes, routes, command, Optional.empty());
  }

  /**
   * The same with its public side within these hosts: a route without a host is one of each of
   * them.
   *
   * @param hosts that the environment may take; empty for any
   */
  public AppRuntime within(List<String> hosts) {
    List<PublicRoute> narrowed =
        routes.stream()
            .flatMap(route ->
                route.host().isPresent() || hosts.isEmpty()
                    ? Stream.of(route)
                    : hosts.stream()
                        .map(host ->
                            new PublicRoute(
                                Optional.of(host), route.path(), route.process(), route.tls())))
            .distinct()
            .toList();
    return new AppRuntime(env, secrets, processes, narrowed, command, manifests);
  }

  /** The same with these secrets. */
  public AppRuntime pinned(List<SecretRef> pins) {
    return new AppRuntime(env, pins, processes, routes, command, manifests);
  }

  /** The same with these objects. */
  public AppRuntime bringing(Optional<ManifestRef> brought) {
    return new AppRuntime(env, secrets, processes, routes, command, brought);
  }
}
