package io.windlass.scaler.syntax;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A value of a YAML document that knows where it stands. */
public sealed interface Node {

  Position at();

  /**
   * Text, a number, true, false or nothing.
   *
   * @param text as written, with quotes and escapes resolved
   * @param plain written without quotes, so that it may mean a number, a boolean or nothing
   */
  record Scalar(Position at, String text, boolean plain) implements Node {

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern NUMBER =
        Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
                + "|[-+]?(\\.inf|\\.Inf|\\.INF)|\\.nan|\\.NaN|\\.NAN");

    /** What the text means under the core schema of YAML 1.2, where {@code no} is a word. */
    public Kind kind() {
      if (!plain) {
        return Kind.TEXT;
      }
      return switch (text) {
        case "", "~", "null", "Null", "NULL" -> Kind.NOTHING;
        case "true", "True", "TRUE", "false", "False", "FALSE" -> Kind.FLAG;
        default -> {
          if (INTEGER.matcher(text).matches()) {
            yield Kind.INTEGER;
          }
          yield NUMBER.matcher(text).matches() ? Kind.NUMBER : Kind.TEXT;
        }
      };
    }
  }

  /** What a scalar is. */
  enum Kind {
    NOTHING,
    FLAG,
    INTEGER,
    NUMBER,
    TEXT
  }

  /** A list. */
  record Sequence(Position at, List<Node> items) implements Node {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** Keys with values, in the order of the file; no key twice. */
  record Mapping(Position at, List<Entry> entries) implements Node {
    public Mapping {
      entries = List.copyOf(entries);
    }

    public Optional<Entry> entry(String key) {
      return entries.stream().filter(e -> e.key().text().equals(key)).findFirst();
    }
  }

  /** One key of a mapping with its value. Keys are text, whatever they look like. */
  record Entry(Scalar key, Node value) {
    public String name() {
      return key.text();
    }
  }

  /** Whether nothing was written where a value could stand. */
  default boolean isNothing() {
    return this instanceof Scalar s && s.kind() == Kind.NOTHING;
  }
}
