package io.windlass.engine.release;

import java.util.regex.Pattern;

/**
 * One environment of one repository. Its text form, {@code acme/shop/production}, is the key of the
 * environment's machine and the first part of its fleets' names.
 *
 * @param repository owner and name, {@code acme/shop}
 * @param name the environment's name in the repository's file, {@code production}
 */
public record EnvironmentId(String repository, String name) {
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

  public EnvironmentId {
    if (!REPOSITORY.matcher(repository).matches()) {
      throw new IllegalArgumentException(
          "Tried to name an environment of \""
              + repository
              + "\" but that is no repository; use owner/name");
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Tried to name an environment \""
              + name
              + "\" but only letters, digits, - and _ are allowed, 63 at most");
    }
  }

  /** Reads the text form {@code owner/name/environment}. */
  public static EnvironmentId parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "Tried to read \""
              + text
              + "\" as an environment but it has no \"/\"; use owner/name/environment");
    }
    return new EnvironmentId(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public String toString() {
    return repository + "/" + name;
  }
}
