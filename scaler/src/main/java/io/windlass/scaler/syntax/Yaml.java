package io.windlass.scaler.syntax;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML 1.2 (core schema) from people and strangers: one document, no tags, no merge keys, no
 * key twice, aliases up to a limit. Never throws for its input and never takes long over it.
 */
public final class Yaml {

  /**
   * What one file may ask of us.
   *
   * @param characters length of the text
   * @param depth of nesting
   * @param nodes scalars, lists and mappings, each alias counted as a copy of what it stands for
   */
  public record Limits(int characters, int depth, int nodes) {
    public static final Limits STANDARD = new Limits(256 * 1024, 32, 20_000);
  }

  private Yaml() {}

  public static Optional<Node> read(Source source, Problems problems) {
    return read(source, Limits.STANDARD, problems);
  }

  /**
   * The document's root; nothing, and at least one problem, if the text is not a document that we
   * take. Duplicate keys, merge keys and tags are all reported in one pass, beside a root to read
   * on from; what breaks the grammar ends the pass.
   */
  public static Optional<Node> read(Source source, Limits limits, Problems problems) {
    if (source.text().length() > limits.characters()) {
      problems.add(
          start(source),
          "",
          "a file of " + source.text().length() + " characters",
          "at most " + limits.characters());
      return Optional.empty();
    }
    var settings =
        LoadSettings.builder()
            .setLabel(source.name())
            .setCodePointLimit(limits.characters() + 1)
            .build();
    try {
      var events = new Parse(settings).parseString(source.text()).iterator();
      return new Composer(source.name(), events, limits, problems).document();
    } catch (Composer.Refused refused) {
      return Optional.empty();
    } catch (MarkedYamlEngineException e) {
      problems.say(position(source, e), "", sentence(source, e));
    } catch (ReaderException e) {
      problems.say(positionOf(source, e.getPosition()), "", "a character that YAML does not allow");
    } catch (YamlEngineException e) {
      problems.say(
          start(source), "", "not YAML: " + Values.printable(String.valueOf(e.getMessage())));
    }
    return Optional.empty();
  }

  private static Position position(Source source, MarkedYamlEngineException e) {
    return e.getProblemMark()
        .or(e::getContextMark)
        .map(m -> new Position(source.name(), m.getLine() + 1, m.getColumn() + 1))
        .orElse(start(source));
  }

  private static String sentence(Source source, MarkedYamlEngineException e) {
    Position at = position(source, e);
    String line = source.text().lines().skip(at.line() - 1L).findFirst().orElse("");
    if (line.substring(0, indentation(line)).indexOf('\t') >= 0) {
      return "a tab in the indentation, expected spaces";
    }
    String problem = Values.printable(e.getProblem());
    String context = e.getContext() == null ? "" : Values.printable(e.getContext()) + ": ";
    return "not YAML: " + context + problem;
  }

  private static int indentation(String line) {
    int i = 0;
    while (i < line.length() && (line.charAt(i) == ' ' || line.charAt(i) == '\t')) {
      i++;
    }
    return i;
  }

  private static Position positionOf(Source source, int codePoint) {
    int line = 1;
    int column = 1;
    var points = source.text().codePoints().limit(Math.max(0, codePoint)).iterator();
    while (points.hasNext()) {
      if (points.nextInt() == '\n') {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new Position(source.name(), line, column);
  }

  private static Position start(Source source) {
    return new Position(source.name(), 1, 1);
  }
}
