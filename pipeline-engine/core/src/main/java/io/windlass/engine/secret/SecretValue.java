package io.windlass.engine.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The value of a secret. It prints as {@code ***}, and has no property that a serialiser would
 * find; whoever needs it says {@link #reveal}.
 */
public final class SecretValue {
  private final String value;

  private SecretValue(String value) {
    this.value = value;
  }

  public static SecretValue of(String value) {
    return new SecretValue(value);
  }

  /** The value itself. Not to be logged, stored or put into a message. */
  public String reveal() {
    return value;
  }

  /** Takes the same time for every other value of the same length. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SecretValue secret
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
