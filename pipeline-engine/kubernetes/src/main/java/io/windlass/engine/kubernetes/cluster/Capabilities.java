package io.windlass.engine.kubernetes.cluster;

import java.util.Set;

/**
 * What a cluster offers, as far as it makes a difference to us.
 *
 * @param minor the {@code 34} of Kubernetes 1.34
 * @param kinds as {@code policy/v1/PodDisruptionBudget}, of the API groups that we ask for
 */
public record Capabilities(int minor, Set<String> kinds) {
  public static final String PDB = "policy/v1/PodDisruptionBudget";
  public static final String HTTP_ROUTE = "gateway.networking.k8s.io/v1/HTTPRoute";
  public static final String CERTIFICATE = "cert-manager.io/v1/Certificate";
  public static final String SCALED_OBJECT = "keda.sh/v1alpha1/ScaledObject";
  public static final String HPA = "autoscaling/v2/HorizontalPodAutoscaler";

  public Capabilities {
    kinds = Set.copyOf(kinds);
  }

  public boolean has(String kind) {
    return kinds.contains(kind);
  }

  /**
   * Whether a container can be told to sleep before it is stopped, without a shell in its image.
   */
  public boolean sleepAction() {
    return minor >= 30;
  }

  /** Whether a disruption budget can let go of pods that are not ready anyway. */
  public boolean evictsUnhealthy() {
    return minor >= 27;
  }
}
