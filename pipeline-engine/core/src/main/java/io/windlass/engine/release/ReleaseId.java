package io.windlass.engine.release;

/**
 * One release of one environment. Numbers start at 1, grow by one for each release of the
 * environment, and are never used again.
 *
 * <p>Text form {@code acme/shop/production@12}: safe to derive outside names from.
 */
public record ReleaseId(EnvironmentId environment, long number) {
  public ReleaseId {
    if (number < 1) {
      throw new IllegalArgumentException(
          "Tried to name release " + number + " of " + environment + " but releases count from 1");
    }
  }

  /** Reads the text form {@code owner/name/environment@number}. */
  public static ReleaseId parse(String text) {
    int at = text.lastIndexOf('@');
    if (at < 0) {
      throw new IllegalArgumentException(
          "Tried to read \""
              + text
              + "\" as a release but it has no \"@\"; use owner/name/environment@number");
    }
    return new ReleaseId(
        EnvironmentId.parse(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
  }

  @Override
  public String toString() {
    return environment + "@" + number;
  }
}
