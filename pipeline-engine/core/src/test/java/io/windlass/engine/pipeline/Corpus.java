package io.windlass.engine.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.scaler.syntax.Node;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that are right or wrong, and what is said about them. */
final class Corpus {

  static final Path ROOT = Path.of(System.getProperty("windlass.root"));
  private static final String MARK = "#! ";
  private static final String SCHEMA_ACCEPTS = MARK + "schema: accepts";

  private Corpus() {}

  static Stream<Path> files(String folder) throws IOException {
    Path resources =
        ROOT.resolve("pipeline-engine/core/src/test/resources/windlass-yaml").resolve(folder);
    try (Stream<Path> files = Files.list(resources)) {
      return files.sorted().toList().stream();
    }
  }

  /** The problems that a file names in lines such as {@code #! 3:5: steps: ...}. */
  static List<String> expected(String text) {
    return text.lines()
        .filter(l -> l.startsWith(MARK) && !l.equals(SCHEMA_ACCEPTS))
        .map(l -> l.substring(MARK.length()))
        .toList();
  }

  /** Whether a file is wrong in a way that a schema cannot say. */
  static boolean schemaAccepts(String text) {
    return text.lines().anyMatch(SCHEMA_ACCEPTS::equals);
  }

  /** The document as an editor's schema sees it. */
  static JsonNode json(Node node) {
    var factory = JsonNodeFactory.instance;
    return switch (node) {
      case Node.Scalar s ->
          switch (s.kind()) {
            case NOTHING -> factory.nullNode();
            case FLAG -> factory.booleanNode(Boolean.parseBoolean(s.text()));
            case INTEGER -> factory.numberNode(integer(s.text()));
            case NUMBER -> factory.numberNode(new BigDecimal(s.text()));
            case TEXT -> factory.textNode(s.text());
          };
      case Node.Sequence s -> {
        var array = factory.arrayNode();
        s.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case Node.Mapping m -> {
        ObjectNode object = factory.objectNode();
        m.entries().forEach(e -> object.set(e.name(), json(e.value())));
        yield object;
      }
    };
  }

  private static BigInteger integer(String text) {
    return text.startsWith("0x")
        ? new BigInteger(text.substring(2), 16)
        : new BigInteger(text.replaceFirst("^0o", ""), text.startsWith("0o") ? 8 : 10);
  }
}
