package io.windlass.engine.image.store;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.engine.image.Base;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an image in the store is to be run.
 *
 * @param command entry point and its arguments, in one
 * @param workdir absolute in the image; {@code /} where the image says nothing
 * @param onHost the image has no system of its own: {@link Base.Host}
 * @param bytes of its layers, compressed
 */
public record StoredImage(
    String digest,
    List<String> command,
    Map<String, String> env,
    String workdir,
    Optional<String> user,
    Map<String, String> labels,
    boolean onHost,
    long bytes) {

  static StoredImage read(ImageRecord record, JsonNode config) {
    JsonNode runtime = config.path("config");
    List<String> command = new ArrayList<>(texts(runtime.path("Entrypoint")));
    command.addAll(texts(runtime.path("Cmd")));
    Map<String, String> labels = new LinkedHashMap<>();
    runtime.path("Labels").properties().forEach(l -> labels.put(l.getKey(), l.getValue().asText()));
    return new StoredImage(
        record.digest(),
        List.copyOf(command),
        variables(runtime.path("Env")),
        Optional.of(runtime.path("WorkingDir").asText("")).filter(w -> !w.isEmpty()).orElse("/"),
        Optional.of(runtime.path("User").asText("")).filter(u -> !u.isEmpty()),
        Map.copyOf(labels),
        "host".equals(labels.get(Base.LABEL)),
        record.bytes());
  }

  /** {@code Env} as pairs, in the image's order. */
  private static Map<String, String> variables(JsonNode env) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String line : texts(env)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        pairs.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return pairs;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
