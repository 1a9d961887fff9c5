package io.windlass.engine.release;

import java.util.Optional;

/**
 * The public side of a process.
 *
 * @param host empty: any host
 * @param path prefix, {@code /} for everything
 * @param process the process that answers
 * @param tls whether the target sees to a certificate of the host
 */
public record PublicRoute(Optional<String> host, String path, String process, boolean tls) {
  /** One whose target sees to no certificate. */
  public PublicRoute(Optional<String> host, String path, String process) {
    this(host, path, process, false);
  }
}
