package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Node.Sequence;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Yaml;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads text of many documents as kubectl would, and refuses what kubectl would guess at: a key
 * twice, tags, merge keys, and words that are true in one version of YAML and text in the next.
 *
 * @param objects those that could be read
 * @param problems all mistakes, each a sentence with its place
 */
record Documents(List<Brought> objects, List<String> problems) {
  private static final Yaml.Limits LIMITS = new Yaml.Limits(4 << 20, 64, 200_000);
  private static final Pattern BORDER = Pattern.compile("(?m)^---[ \t]*(#.*)?$");
  private static final Pattern FROM = Pattern.compile("(?m)^# Source: (\\p{Print}+)$");
  private static final Pattern OCTAL = Pattern.compile("[-+]?0[0-7]+");
  private static final Set<String> UNCLEAR =
      Set.of(
          "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off",
          "OFF");
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  Documents {
    objects = List.copyOf(objects);
    problems = List.copyOf(problems);
  }

  /**
   * Reads a text.
   *
   * @param name what messages call it; a document that says in a comment {@code # Source: file}
   *     where it is from, as helm writes it, is called by that
   */
  static Documents read(String name, String text) {
    return new Reading(name, text).read();
  }

  /** The documents of a text, without what stands between them. */
  static List<String> split(String text) {
    List<String> documents = new ArrayList<>();
    Matcher border = BORDER.matcher(text);
    int from = 0;
    while (border.find()) {
      documents.add(text.substring(from, border.start()));
      from = border.end();
    }
    documents.add(text.substring(from));
    return documents;
  }

  private static final class Reading {
    private final String name;
    private final String text;
    private final List<Brought> objects = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Reading(String name, String text) {
      this.name = name;
      this.text = text;
    }

    Documents read() {
      int lines = 0;
      for (String document : split(text)) {
        if (!document.lines().allMatch(line -> line.isBlank() || line.strip().startsWith("#"))) {
          document(document, lines);
        }
        lines += (int) document.chars().filter(c -> c == '\n').count();
      }
      return new Documents(objects, problems);
    }

    /** Its lines are counted from the beginning of the text. */
    private void document(String document, int linesBefore) {
      Matcher comment = FROM.matcher(document);
      String source = comment.find() ? comment.group(1).strip() : name;
      var found = new Problems();
      var root = Yaml.read(new Source(name, "\n".repeat(linesBefore) + document), LIMITS, found);
      if (root.isPresent() && found.isEmpty()) {
        take(source, root.get());
      }
      found.list().stream().map(Problem::toString).forEach(problems::add);
    }

    private void take(String source, Node root) {
      if (!(root instanceof Mapping) || !(json(root) instanceof ObjectNode tree)) {
        problems.add(root.at() + ": no mapping, expected an object with apiVersion and kind");
        return;
      }
      if (tree.path("kind").asText().equals("List") && tree.path("items").isArray()) {
        tree.path("items")
            .forEach(item -> {
              if (item instanceof ObjectNode object) {
                objects.add(new Brought(source, object));
              }
            });
        return;
      }
      objects.add(new Brought(source, tree));
    }

    private JsonNode json(Node node) {
      return switch (node) {
        case Mapping mapping -> {
          ObjectNode tree = JSON.objectNode();
          for (Entry entry : mapping.entries()) {
            tree.set(entry.name(), json(entry.value()));
          }
          yield tree;
        }
        case Sequence sequence -> {
          var list = JSON.arrayNode();
          sequence.items().forEach(item -> list.add(json(item)));
          yield list;
        }
        case Scalar scalar -> scalar(scalar);
      };
    }

    private JsonNode scalar(Scalar scalar) {
      String written = scalar.text();
      return switch (scalar.kind()) {
        case NOTHING -> JSON.nullNode();
        case FLAG -> JSON.booleanNode(written.equalsIgnoreCase("true"));
        case INTEGER -> JSON.numberNode(integer(written));
        case NUMBER -> number(written);
        case TEXT -> {
          if (scalar.plain() && UNCLEAR.contains(written)) {
            problems.add(
                "%s: %s without quotes, which some read as true or false; write true or false, or \"%s\""
                    .formatted(scalar.at(), written, written));
          }
          yield JSON.textNode(written);
        }
      };
    }

    /** A zero in front means octal here, as file modes are written. */
    private static BigInteger integer(String text) {
      if (text.startsWith("0o")) {
        return new BigInteger(text.substring(2), 8);
      }
      if (text.startsWith("0x")) {
        return new BigInteger(text.substring(2), 16);
      }
      return new BigInteger(text, OCTAL.matcher(text).matches() ? 8 : 10);
    }

    private static JsonNode number(String text) {
      try {
        return JSON.numberNode(new BigDecimal(text));
      } catch (NumberFormatException infinite) {
        return JSON.textNode(text);
      }
    }
  }
}
