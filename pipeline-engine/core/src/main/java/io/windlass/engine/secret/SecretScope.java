package io.windlass.engine.secret;

import java.util.Optional;

/**
 * For whom a secret is.
 *
 * @param repository such as {@code acme/shop}
 * @param environment such as {@code production}; without one, the secret is for the steps and for
 *     every environment that has none of that name
 */
public record SecretScope(String repository, Optional<String> environment) {
  public static SecretScope of(String repository) {
    return new SecretScope(repository, Optional.empty());
  }

  public static SecretScope of(String repository, String environment) {
    return new SecretScope(repository, Optional.of(environment));
  }

  @Override
  public String toString() {
    return environment.map(name -> repository + "/" + name).orElse(repository);
  }
}
