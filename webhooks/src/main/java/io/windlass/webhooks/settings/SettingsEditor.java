package io.windlass.webhooks.settings;

import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Adds a repository to the text of the server's file. Only lines are added; every other one stays
 * as its author wrote it, comments and spaces too.
 */
public final class SettingsEditor {

  /** The outcome. */
  public sealed interface Edit {
    /** The new text. */
    record Changed(String text) implements Edit {}

    /** Nothing was changed, and why; for people, with what to do. */
    record Refused(String reason) implements Edit {}
  }

  private SettingsEditor() {}

  /**
   * Adds an entry under {@code repositories:}.
   *
   * @param lines the entry's content in block style, indented from nothing: {@code "secret: { file:
   *     /etc/windlass/shop.secret }"}
   */
  public static Edit addRepository(Source source, RepositoryName name, List<String> lines) {
    var problems = new Problems();
    Optional<Node> root =
        isBlank(source.text())
            ? Optional.empty()
            : Yaml.read(source, SettingsReader.LIMITS, problems);
    if (!problems.isEmpty()) {
      return refused(source, name, "it is not in order: " + problems.list().getFirst());
    }
    if (root.isEmpty()) {
      return append(source, name, lines);
    }
    if (!(root.get() instanceof Mapping all) || isFlow(source, all)) {
      return refused(source, name, "it is not a mapping in block style");
    }
    Optional<Entry> repositories = all.entry("repositories");
    if (repositories.isEmpty()) {
      return append(source, name, lines);
    }
    return under(source, name, lines, repositories.get());
  }

  private static Edit under(
      Source source, RepositoryName name, List<String> lines, Entry repositories) {
    if (repositories.value().isNothing()) {
      return insert(source, name, entry(name, lines, 2), repositories.key().at().line());
    }
    if (!(repositories.value() instanceof Mapping present)
        || present.entries().isEmpty()
        || isFlow(source, present)) {
      return refused(source, name, "\"repositories\" is not a mapping in block style");
    }
    boolean there =
        present.entries().stream()
            .flatMap(e -> RepositoryName.parse(e.name()).stream())
            .anyMatch(name::sameAs);
    if (there) {
      return new Edit.Refused(
          "Tried to add repository \"%s\" to \"%s\" but it is there already; change it there"
              .formatted(name, source.name()));
    }
    // Before the first one: the end of the last one would have to be guessed among comments.
    var first = present.entries().getFirst().key().at();
    return insert(source, name, entry(name, lines, first.column() - 1), first.line() - 1);
  }

  private static Edit append(Source source, RepositoryName name, List<String> lines) {
    String text = source.text();
    String newline = endOf(text);
    String gap = text.isEmpty() || text.endsWith("\n") ? "" : newline;
    return checked(source, name, text + gap + section(name, lines, newline));
  }

  private static Edit insert(Source source, RepositoryName name, List<String> added, int after) {
    String newline = endOf(source.text());
    List<String> text = new ArrayList<>(List.of(source.text().split("\r?\n", -1)));
    text.addAll(after, added);
    return checked(source, name, String.join(newline, text));
  }

  /** What was written must read as meant, or nothing is changed. */
  private static Edit checked(Source before, RepositoryName name, String text) {
    var problems = new Problems();
    boolean there =
        Yaml.read(new Source(before.name(), text), SettingsReader.LIMITS, problems)
            .filter(Mapping.class::isInstance)
            .flatMap(root -> ((Mapping) root).entry("repositories"))
            .map(Entry::value)
            .filter(v -> v instanceof Mapping m && m.entry(name.toString()).isPresent())
            .isPresent();
    return there && problems.isEmpty()
        ? new Edit.Changed(text)
        : refused(before, name, "the result would not be in order");
  }

  private static String section(RepositoryName name, List<String> lines, String newline) {
    List<String> out = new ArrayList<>();
    out.add("repositories:");
    out.addAll(entry(name, lines, 2));
    return String.join(newline, out) + newline;
  }

  private static List<String> entry(RepositoryName name, List<String> lines, int indent) {
    List<String> out = new ArrayList<>();
    out.add(" ".repeat(indent) + name + ":");
    lines.forEach(line -> out.add(" ".repeat(indent + 2) + line));
    return out;
  }

  /** Nothing but spaces and comments, which is no document yet. */
  private static boolean isBlank(String text) {
    return text.lines().map(String::strip).allMatch(l -> l.isEmpty() || l.startsWith("#"));
  }

  private static boolean isFlow(Source source, Mapping mapping) {
    var at = mapping.at();
    String line = source.text().lines().skip(at.line() - 1L).findFirst().orElse("");
    int start = line.offsetByCodePoints(0, at.column() - 1);
    return line.startsWith("{", start);
  }

  private static String endOf(String text) {
    return text.contains("\r\n") ? "\r\n" : "\n";
  }

  private static Edit refused(Source source, RepositoryName name, String why) {
    return new Edit.Refused(
        "Tried to add repository \""
            + name
            + "\" to \""
            + source.name()
            + "\" but "
            + why
            + "; add it by hand under \"repositories\"");
  }
}
