package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a container finds in its environment. */
public final class Variables {
  private Variables() {}

  /** In the order of their names, with exactly these values. */
  public static List<EnvVar> of(Map<String, String> variables) {
    return new TreeMap<>(variables)
        .entrySet().stream()
            .map(e ->
                new EnvVarBuilder().withName(e.getKey()).withValue(verbatim(e.getValue())).build())
            .toList();
  }

  /** Keeps the kubelet from reading {@code $(NAME)} and {@code $$} in what is not meant for it. */
  public static String verbatim(String text) {
    return text.replaceAll("\\$(?=[$(])", "\\$\\$");
  }
}
