package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.windlass.engine.release.EnvironmentId;

/** What stands at the head of every object of an environment. */
public final class Metas {
  private Metas() {}

  public static ObjectMeta of(EnvironmentId environment, String namespace, String name) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(namespace)
        .withLabels(Labels.common(environment))
        .addToAnnotations(Labels.ENVIRONMENT, environment.toString())
        .build();
  }
}
