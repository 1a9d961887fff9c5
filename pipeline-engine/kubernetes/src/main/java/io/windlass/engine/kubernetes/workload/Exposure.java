package io.windlass.engine.kubernetes.workload;

import java.util.Map;
import java.util.Optional;

/** How the operator lets an environment's routes be reached from outside of the cluster. */
public sealed interface Exposure {
  /** Not at all; processes have their addresses in the cluster only. */
  record None() implements Exposure {}

  /**
   * By an Ingress.
   *
   * @param ingressClass empty for the cluster's default one
   * @param annotations for the ingress controller
   * @param issuer who issues the certificates of hosts; empty: hosts get none
   */
  record ByIngress(
      Optional<String> ingressClass, Map<String, String> annotations, Optional<Issuer> issuer)
      implements Exposure {
    public ByIngress {
      annotations = Map.copyOf(annotations);
    }
  }

  /**
   * An issuer of cert-manager.
   *
   * @param kind {@code Issuer}, of the environment's namespace, or {@code ClusterIssuer}
   * @param mostHosts of one environment that it issues certificates for
   */
  record Issuer(String name, String kind, int mostHosts) {
    public static final String EVERYWHERE = "ClusterIssuer";

    /** A public issuer gives a few hundred in some hours, to all environments together. */
    public static final int MOST_HOSTS = 20;
  }

  /**
   * By an HTTPRoute of the Gateway API. Certificates belong to the gateway's listeners.
   *
   * @param section the gateway's listener; empty for all of them
   */
  record ByGateway(String gateway, String namespace, Optional<String> section)
      implements Exposure {}
}
