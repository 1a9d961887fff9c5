package io.windlass.engine.kubernetes.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.rollout.Change;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What differs between two states of an object, for people: its values by their paths, without what
 * the API server keeps for itself, and without any secret's value.
 */
final class Difference {
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
   * @return empty where a person would see no difference
   */
  static Optional<Change> between(
      ObjectRef object,
      Optional<? extends HasMetadata> before,
      Optional<? extends HasMetadata> after) {
    Optional<ObjectNode> a = before.map(Difference::readable);
    Optional<ObjectNode> b = after.map(Difference::readable);
    mask(a, b);
    return Change.between(object.toString(), a.map(Difference::values), b.map(Difference::values));
  }

  private static ObjectNode readable(HasMetadata object) {
    ObjectNode tree = JSON.valueToTree(object);
    tree.remove("status");
    if (tree.get("metadata") instanceof ObjectNode metadata) {
      metadata.remove(BOOKKEEPING);
      if (metadata.get("annotations") instanceof ObjectNode annotations) {
        annotations.remove(REVISION);
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

  private static Map<String, String> values(ObjectNode tree) {
    Map<String, String> values = new TreeMap<>();
    flatten("", tree, values);
    return values;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties().forEach(e -> flatten(path + step(path, e.getKey()), e.getValue(), into));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        element(path, i, node.get(i), into);
      }
    } else {
      into.put(path, node.asText());
    }
  }

  /** By name where it has one, so that one more in the middle is one difference. */
  private static void element(String path, int index, JsonNode node, Map<String, String> into) {
    JsonNode name = node.path("name");
    String at = path + "[" + name.asText(Integer.toString(index)) + "]";
    flatten(at, node, into);
    if (name.isTextual() && node.size() > 1) {
      into.remove(at + ".name");
    }
  }

  private static String step(String path, String key) {
    if (key.contains(".")) {
      return "[" + key + "]";
    }
    return path.isEmpty() ? key : "." + key;
  }
}
