package io.windlass.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.engine.journal.StoredForm;
import io.windlass.engine.rollout.Change;
import io.windlass.scaler.policy.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What would change of an environment's scaling policies, which are no part of a release. */
final class ScalingChanges {
  private static final ObjectMapper JSON = StoredForm.mapper();

  private ScalingChanges() {}

  /**
   * By process.
   *
   * @param now empty where nothing serves
   */
  static List<Change> between(Optional<Map<String, Scaling>> now, Map<String, Scaling> next) {
    Set<String> processes = new TreeSet<>(next.keySet());
    now.ifPresent(all -> processes.addAll(all.keySet()));
    List<Change> changes = new ArrayList<>();
    for (String process : processes) {
      Change.between(
              "scaling of " + process,
              now.flatMap(all -> values(all.get(process))),
              values(next.get(process)))
          .ifPresent(changes::add);
    }
    return changes;
  }

  private static Optional<Map<String, String>> values(@Nullable Scaling scaling) {
    if (scaling == null) {
      return Optional.empty();
    }
    Map<String, String> values = new TreeMap<>();
    flatten("", JSON.valueToTree(scaling), values);
    return Optional.of(values);
  }

  private static void flatten(String path, JsonNode node, Map<String, String> out) {
    if (node.isObject()) {
      node.properties()
          .forEach(field ->
              flatten(
                  path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                  field.getValue(),
                  out));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "[" + i + "]", node.get(i), out);
      }
    } else if (!node.isNull()) {
      out.put(path, node.asText());
    }
  }
}
