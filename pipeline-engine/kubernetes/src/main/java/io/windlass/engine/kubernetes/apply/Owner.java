package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.EnvironmentId;
import java.util.Map;

/**
 * Whose an object is: two environments in one namespace may have equal names, so that a name does
 * not tell. The label {@link Labels#ENVIRONMENT} does.
 */
public final class Owner {
  private Owner() {}

  /** Whether an object is this environment's. */
  public static boolean owns(EnvironmentId environment, HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels != null && Labels.environment(environment).equals(labels.get(Labels.ENVIRONMENT));
  }

  /**
   * Returns an object that is this environment's.
   *
   * @param tried what follows "Tried to"
   * @throws ClusterException of kind {@link Kind#REFUSED} where it is somebody else's
   */
  public static <T extends HasMetadata> T require(EnvironmentId environment, T object, String tried)
      throws ClusterException {
    if (!owns(environment, object)) {
      throw new ClusterException(
          Kind.REFUSED,
          "Tried to %s but %s in namespace \"%s\" is one that %s; give %s another namespace"
              .formatted(
                  tried,
                  ObjectRef.of(object),
                  object.getMetadata().getNamespace(),
                  whose(object),
                  environment));
    }
    return object;
  }

  /** What follows "one that": {@code is of acme/shop/production}, or that it is none of ours. */
  static String whose(HasMetadata object) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    String owner = annotations == null ? null : annotations.get(Labels.ENVIRONMENT);
    return owner == null ? "Windlass did not make" : "is of " + owner;
  }
}
