package io.windlass.engine.secret;

/**
 * Names one value for good: a release that holds it gets the same value however often the secret
 * has been set since.
 */
public record SecretVersion(SecretScope scope, String name, long version) {
  @Override
  public String toString() {
    return scope + " " + name + " version " + version;
  }
}
