package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.List;
import java.util.Optional;

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

  /** Reads a list of patterns that let through what they match, under the standard limits. */
  public static Optional<Patterns> read(Node node, String path, Problems problems) {
    return read(node, path, false, Limits.STANDARD, problems);
  }

  static Optional<Patterns> read(
      Node node, String path, boolean ignore, Limits limits, Problems problems) {
    List<String> globs =
        Values.list(node, path, (n, p, all) -> glob(n, p, limits.patternLength(), all), problems);
    if (node instanceof Node.Sequence list) {
      if (list.items().isEmpty()) {
        problems.wrong(node, path, "at least one pattern");
      }
      Forms.atMost(list.items().size(), limits.patterns(), "patterns", node.at(), path, problems);
    }
    if (!globs.isEmpty() && globs.getFirst().startsWith("!")) {
      problems.say(
          node.at(),
          path,
          "first pattern \""
              + Values.printable(globs.getFirst())
              + "\" takes back what no pattern before it matched");
    }
    return globs.isEmpty() ? Optional.empty() : Optional.of(new Patterns(globs, ignore));
  }

  private static Optional<String> glob(Node node, String path, int longest, Problems problems) {
    return Forms.word(node, path, problems)
        .filter(t -> {
          boolean plain = t.chars().noneMatch(c -> "[]{}\\".indexOf(c) >= 0);
          boolean good = plain && t.length() <= longest && !t.equals("!");
          if (!good) {
            problems.wrong(node, path, "a pattern of *, **, ? and a leading !");
          }
          return good;
        });
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
