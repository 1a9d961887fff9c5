package io.windlass.engine.notification;

import java.net.URI;
import java.util.Optional;

/**
 * Addresses of the server's own pages, for people who read a mark or a message elsewhere.
 *
 * @param server the server's public address, or empty where it has none
 */
public record Links(Optional<URI> server) {
  public Optional<URI> run(String repository, long number) {
    return page("/runs/" + repository + "/" + number);
  }

  /**
   * The page of an environment.
   *
   * @param environment in its text form {@code acme/shop/production}
   */
  public Optional<URI> environment(String environment) {
    return page("/environments/" + environment);
  }

  private Optional<URI> page(String path) {
    return server.map(address -> URI.create(address.toString().replaceAll("/+$", "") + path));
  }
}
