package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Node.Sequence;
import io.windlass.scaler.syntax.Position;
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
  private static final int MOST_CHARACTERS = 4 << 20;
  private static final int MOST_DEPTH = 64;

  /** More than anybody reads at once. */
  static final int MOST_PROBLEMS = 200;

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
    return read(name, text, new Budget());
  }

  /** Reads one text of several. */
  static Documents read(String name, String text, Budget budget) {
    return new Reading(name, budget).read(text).objects();
  }

  /** What the documents of a text say, objects or not. */
  static Trees trees(String name, String text, Budget budget) {
    var reading = new Reading(name, budget).read(text);
    return new Trees(reading.read.stream().map(Root::tree).toList(), List.copyOf(reading.problems));
  }

  /**
   * Documents of whatever form.
   *
   * @param problems all mistakes, each a sentence with its place
   */
  record Trees(List<JsonNode> roots, List<String> problems) {}

  private record Root(String source, Position at, JsonNode tree) {}

  /** What the texts of one rendering may come to in all, an alias counted as a copy. */
  static final class Budget {
    private static final int DOCUMENTS = 1_000;
    private static final int NODES = 200_000;

    private int documents;
    private int nodes;
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
    private final Budget budget;
    private final List<Root> read = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int linesBefore;

    Reading(String name, Budget budget) {
      this.name = name;
      this.budget = budget;
    }

    /** Stops where nobody would read on, or where it would take too long. */
    Reading read(String text) {
      if (text.length() > MOST_CHARACTERS) {
        problems.add(name + " has more than " + MOST_CHARACTERS + " characters");
        return this;
      }
      for (String document : split(text)) {
        if (!document.lines().allMatch(line -> line.isBlank() || line.strip().startsWith("#"))) {
          budget.documents++;
          if (budget.documents > Budget.DOCUMENTS) {
            problems.add(name + " goes beyond " + Budget.DOCUMENTS + " documents in all");
            return this;
          }
          document(document);
          if (problems.size() >= MOST_PROBLEMS) {
            return this;
          }
        }
        linesBefore += (int) document.chars().filter(c -> c == '\n').count();
      }
      return this;
    }

    private void document(String document) {
      Matcher comment = FROM.matcher(document);
      String source = comment.find() ? comment.group(1).strip() : name;
      var found = new Problems();
      var limits =
          new Yaml.Limits(MOST_CHARACTERS, MOST_DEPTH, Math.max(1, Budget.NODES - budget.nodes));
      var root = Yaml.read(new Source(name, document), limits, found);
      if (root.isPresent() && found.isEmpty()) {
        read.add(new Root(source, inText(root.get().at()), json(root.get())));
      }
      found.list().stream()
          .map(problem ->
              new Problem(
                      inText(problem.at()),
                      problem.path(),
                      problem.found(),
                      problem.expected(),
                      problem.suggestion())
                  .toString())
          .forEach(problems::add);
    }

    /** Lines are counted from the beginning of the text. */
    private Position inText(Position at) {
      return new Position(at.file(), at.line() + linesBefore, at.column());
    }

    Documents objects() {
      List<Brought> objects = new ArrayList<>();
      for (Root root : read) {
        if (!(root.tree() instanceof ObjectNode tree)) {
          problems.add(root.at() + ": no mapping, expected an object with apiVersion and kind");
        } else if (tree.path("kind").asText().equals("List") && tree.path("items").isArray()) {
          tree.path("items")
              .forEach(item -> {
                if (item instanceof ObjectNode object) {
                  objects.add(new Brought(root.source(), object));
                } else {
                  problems.add(root.at() + ": an item of the list is no object");
                }
              });
        } else {
          objects.add(new Brought(root.source(), tree));
        }
      }
      return new Documents(objects, problems);
    }

    private JsonNode json(Node node) {
      budget.nodes++;
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
                    .formatted(inText(scalar.at()), written, written));
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
