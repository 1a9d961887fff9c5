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

  /**
   * The page of what deploying a commit would change.
   *
   * @param environment in its text form
   */
  public Optional<URI> plan(String environment, String sha) {
    return page("/environments/" + environment + "/plan?sha=" + sha);
  }

  private Optional<URI> page(String path) {
    return server.map(address -> URI.create(address.toString().replaceAll("/+$", "") + path));
  }
}
