package io.windlass.engine.kubernetes.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.YamlDumpSettingsBuilder;

/** Objects as people write them. */
public final class Yaml {
  private static final KubernetesSerialization YAML =
      new KubernetesSerialization(
          new ObjectMapper(), true, new YamlDumpSettingsBuilder().setMinimizeQuotes(true).build());

  private Yaml() {}

  /** One document, which begins with {@code ---}. */
  public static String of(Object object) {
    return YAML.asYaml(object);
  }
}
