package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One object as it was brought.
 *
 * @param from the file that it is in, as far as known; else empty
 * @param tree a mapping; nothing else is known of it
 */
record Brought(String from, ObjectNode tree) {
  private static final KubernetesSerialization SERIAL = new KubernetesSerialization();
  private static final ObjectMapper JSON = new ObjectMapper();

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

  /**
   * Brings the tree into the form of Kubernetes' own types, in place: what an API server would take
   * for a number or for true, is one, whatever it was written as.
   *
   * @return why it has no such form; empty where it has
   */
  Optional<String> settle() {
    try {
      HasMetadata typed = SERIAL.unmarshal(tree.toString());
      ObjectNode settled = JSON.readValue(SERIAL.asJson(typed), ObjectNode.class);
      tree.removeAll();
      tree.setAll(settled);
      return Optional.empty();
    } catch (JsonProcessingException | RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String words = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      return Optional.of("is not of the form that Kubernetes has for it: " + words);
    }
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
