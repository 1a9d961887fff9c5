package io.windlass.webhooks.cli;

import java.util.regex.Pattern;

/** Names as users type them, checked before they become part of an address. */
final class Name {
  private static final Pattern REPOSITORY =
      Pattern.compile("[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}");
  private static final Pattern ENVIRONMENT =
      Pattern.compile("[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}/[a-z0-9-]{1,63}");

  private Name() {}

  /** {@code acme/shop}. */
  static String repository(String given) {
    if (!REPOSITORY.matcher(given).matches()) {
      throw new IllegalArgumentException(
          "'"
              + given
              + "' is not the name of a repository; expected OWNER/NAME, for example acme/shop");
    }
    return given;
  }

  /** {@code acme/shop/production}. */
  static String environment(String given) {
    if (!ENVIRONMENT.matcher(given).matches()) {
      throw new IllegalArgumentException(
          "'"
              + given
              + "' is not the name of an environment; expected OWNER/NAME/ENVIRONMENT, for example acme/shop/production");
    }
    return given;
  }
}
