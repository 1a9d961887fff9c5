package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each ConfigMap that pods take a name by what is in it, so that two releases beside each
 * other have one each, and going back goes back in it, too.
 */
final class ConfigMaps {
  /** In every namespace, by the cluster itself. */
  private static final Set<String> THERE = Set.of("kube-root-ca.crt");

  private static final int LONGEST = 240;

  private ConfigMaps() {}

  /**
   * Renames them, and what refers to them.
   *
   * @param objects changed in place
   * @return the references that lead to none of them, each a sentence
   */
  static List<String> bind(Collection<Brought> objects) {
    Map<String, String> names = new HashMap<>();
    for (Brought object : objects) {
      if (object.is("ConfigMap")) {
        String was = object.name();
        String now = was.substring(0, Math.min(was.length(), LONGEST)) + "-" + hash(object.tree());
        names.put(was, now);
        ((ObjectNode) object.tree().path("metadata")).put("name", now);
        object.tree().put("immutable", true);
      }
    }
    List<String> missing = new ArrayList<>();
    for (Brought object : objects) {
      for (ObjectNode reference : references(object.template().path("spec"))) {
        String name = reference.path("name").asText();
        String now = names.get(name);
        if (now != null) {
          reference.put("name", now);
        } else if (!THERE.contains(name)) {
          // An optional one, too: it could be another environment's.
          missing.add(
              object + ": takes ConfigMap \"" + name + "\", which is not among what is brought");
        }
      }
    }
    return missing;
  }

  private static String hash(ObjectNode config) {
    String content = config.path("data") + "\n" + config.path("binaryData");
    return Hashing.sha256().hashString(content, StandardCharsets.UTF_8).toString().substring(0, 8);
  }

  /** Where a pod's description names a ConfigMap. */
  private static List<ObjectNode> references(JsonNode pod) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode volume : pod.path("volumes")) {
      found.add(volume.path("configMap"));
      volume.path("projected").path("sources").forEach(s -> found.add(s.path("configMap")));
    }
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : pod.path(list)) {
        container.path("envFrom").forEach(source -> found.add(source.path("configMapRef")));
        container
            .path("env")
            .forEach(variable -> found.add(variable.path("valueFrom").path("configMapKeyRef")));
      }
    }
    return found.stream().filter(ObjectNode.class::isInstance).map(ObjectNode.class::cast).toList();
  }
}
