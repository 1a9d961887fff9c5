package io.windlass.engine.kubernetes.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.workload.Yaml;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.diff.DiffAlgorithm;
import org.eclipse.jgit.diff.DiffAlgorithm.SupportedAlgorithm;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;

/**
 * What differs between two states of an object, for people: as a unified difference of their YAML,
 * without what the API server keeps for itself, and without any secret's value.
 */
final class Difference {
  private static final int CONTEXT = 3;

  /** Of {@code metadata}: bookkeeping of the API server. */
  private static final List<String> BOOKKEEPING =
      List.of(
          "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink");

  private static final String REVISION = "deployment.kubernetes.io/revision";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Difference() {}

  /**
   * Compares two states.
   *
   * @param before empty: it is not there
   * @param after empty: it is to go
   * @return hunks of a unified difference; empty where a person would see none
   */
  static String between(
      Optional<? extends HasMetadata> before, Optional<? extends HasMetadata> after) {
    Optional<ObjectNode> a = before.map(Difference::readable);
    Optional<ObjectNode> b = after.map(Difference::readable);
    mask(a, b);
    return unified(a.map(Difference::text).orElse(""), b.map(Difference::text).orElse(""));
  }

  private static ObjectNode readable(HasMetadata object) {
    ObjectNode tree = JSON.valueToTree(object);
    tree.remove("status");
    if (tree.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(BOOKKEEPING);
      if (metadata.get("annotations") instanceof ObjectNode annotations) {
        annotations.remove(REVISION);
        if (annotations.isEmpty()) {
          metadata.remove("annotations");
        }
      }
    }
    return tree;
  }

  /** Of a Secret only which keys it has and whether their values change may be seen. */
  private static void mask(Optional<ObjectNode> before, Optional<ObjectNode> after) {
    for (String field : List.of("data", "stringData")) {
      ObjectNode a = secret(before, field);
      ObjectNode b = secret(after, field);
      for (Iterator<String> keys = b.fieldNames(); keys.hasNext(); ) {
        String key = keys.next();
        JsonNode was = a.get(key);
        boolean same = was != null && was.equals(b.get(key));
        b.put(key, was == null || same ? "(value)" : "(another value)");
      }
      a.fieldNames().forEachRemaining(key -> a.put(key, "(value)"));
    }
  }

  private static ObjectNode secret(Optional<ObjectNode> object, String field) {
    return object
        .filter(tree -> tree.path("kind").asText().equals("Secret"))
        .map(tree -> tree.get(field))
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .orElseGet(JSON::createObjectNode);
  }

  private static String text(ObjectNode tree) {
    return Yaml.of(tree).replaceFirst("^---\n", "");
  }

  static String unified(String before, String after) {
    var a = new RawText(before.getBytes(StandardCharsets.UTF_8));
    var b = new RawText(after.getBytes(StandardCharsets.UTF_8));
    var edits =
        DiffAlgorithm.getAlgorithm(SupportedAlgorithm.HISTOGRAM)
            .diff(RawTextComparator.DEFAULT, a, b);
    var out = new ByteArrayOutputStream();
    try (var formatter = new DiffFormatter(out)) {
      formatter.setContext(CONTEXT);
      formatter.format(edits, a, b);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory can be written to", e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
