package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * One object as it was brought.
 *
 * @param from the file that it is in, as far as known; else empty
 * @param tree a mapping; nothing else is known of it
 */
record Brought(String from, ObjectNode tree) {
  String apiVersion() {
    return tree.path("apiVersion").asText();
  }

  String kind() {
    return tree.path("kind").asText();
  }

  String name() {
    return tree.path("metadata").path("name").asText();
  }

  /** Whether it is of this kind, whatever its version. */
  boolean is(String kind) {
    return kind().equals(kind);
  }

  Map<String, String> labels() {
    return texts(tree.path("metadata").path("labels"));
  }

  /** The pods that it makes; a missing node where it makes none. */
  JsonNode template() {
    return switch (kind()) {
      case "Deployment", "StatefulSet", "DaemonSet" -> tree.path("spec").path("template");
      case "CronJob" -> tree.path("spec").path("jobTemplate").path("spec").path("template");
      default -> tree.path("/");
    };
  }

  /** Where {@link #template} is, for people. */
  String templatePath() {
    return is("CronJob") ? "spec.jobTemplate.spec.template" : "spec.template";
  }

  /** The texts of a mapping. */
  static Map<String, String> texts(JsonNode mapping) {
    Map<String, String> texts = new TreeMap<>();
    for (Iterator<String> keys = mapping.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      texts.put(key, mapping.path(key).asText());
    }
    return texts;
  }

  /** As people say it: {@code Deployment web (deploy/web.yaml)}. */
  @Override
  public String toString() {
    String name = name().isEmpty() ? "without a name" : name();
    return kind() + " " + name + (from.isEmpty() ? "" : " (" + from + ")");
  }
}
