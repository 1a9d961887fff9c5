package io.windlass.engine.pipeline;

import java.util.List;

/**
 * A list of globs over names or paths with {@code /} in them.
 *
 * <p>{@code *} is any text without a slash, {@code **} any text, {@code ?} one character but a
 * slash; a leading or inner {@code **}{@code /} also stands for nothing, so that {@code **}{@code
 * /x} finds {@code x} at the top. The whole name must match. A pattern with a leading {@code !}
 * takes back what earlier ones matched: the last that matches decides.
 *
 * @param globs at least one, the first one without {@code !}
 * @param ignore whether what matches is left out ({@code branches-ignore}) instead of taken
 */
public record Patterns(List<String> globs, boolean ignore) {
  public Patterns {
    globs = List.copyOf(globs);
  }

  /** Whether this filter lets the name through. */
  public boolean takes(String name) {
    return matches(name) != ignore;
  }

  private boolean matches(String name) {
    boolean matched = false;
    for (String glob : globs) {
      boolean takesBack = glob.startsWith("!");
      if (Glob.matches(takesBack ? glob.substring(1) : glob, name)) {
        matched = !takesBack;
      }
    }
    return matched;
  }

  @Override
  public String toString() {
    return (ignore ? "all but " : "") + String.join(", ", globs);
  }
}
