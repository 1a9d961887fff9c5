package io.windlass.engine.local.protocol;

import java.util.Optional;

/**
 * The public side of a process.
 *
 * @param host empty: any host
 * @param path prefix, {@code /} for everything
 * @param process of the same environment
 */
public record RouteSpec(Optional<String> host, String path, String process) {

  /** Whether both are for the same host and path. */
  public boolean sharesPlace(RouteSpec other) {
    return host.equals(other.host) && path.equals(other.path);
  }
}
