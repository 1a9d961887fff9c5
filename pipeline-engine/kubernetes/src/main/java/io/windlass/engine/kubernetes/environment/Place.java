package io.windlass.engine.kubernetes.environment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.EnvironmentId;
import java.util.Map;
import java.util.Optional;

/**
 * Where an environment is in a cluster.
 *
 * @param environment as {@link Labels#environment} writes it on every object
 */
public record Place(String namespace, String environment) {
  /** The place of an environment. */
  public static Place of(String namespace, EnvironmentId environment) {
    return new Place(namespace, Labels.environment(environment));
  }

  /** The place that an object says it is of; empty where it is none of ours. */
  static Optional<Place> of(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return Optional.ofNullable(labels == null ? null : labels.get(Labels.ENVIRONMENT))
        .map(environment -> new Place(object.getMetadata().getNamespace(), environment));
  }

  @Override
  public String toString() {
    return namespace + "/" + environment;
  }
}
