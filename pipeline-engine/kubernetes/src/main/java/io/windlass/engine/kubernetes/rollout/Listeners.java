package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Listener;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import java.util.List;
import java.util.Optional;

/** Whether a gateway takes a release's hosts over TLS; its listeners have the certificates. */
final class Listeners {
  private static final String HTTPS = "HTTPS";
  private static final String WILDCARD = "*.";

  private final Cluster cluster;

  Listeners(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Why a release that asks for TLS does not get it.
   *
   * @return a sentence for people; empty where it gets it, or asks for none
   */
  Optional<String> objection(Release release, Exposure exposure) throws ClusterException {
    List<String> hosts =
        release.runtime().routes().stream()
            .filter(PublicRoute::tls)
            .flatMap(route -> route.host().stream())
            .distinct()
            .sorted()
            .toList();
    if (hosts.isEmpty() || !(exposure instanceof Exposure.ByGateway by)) {
      return Optional.empty();
    }
    Gateway gateway =
        cluster.read(
            "read Gateway " + by.gateway() + " for the certificates of " + hosts,
            client ->
                client
                    .resources(Gateway.class)
                    .inNamespace(by.namespace())
                    .withName(by.gateway())
                    .get());
    if (gateway == null) {
      return Optional.of(
          "Gateway \"%s\" is not there in namespace \"%s\"; let the operator name another one in the target"
              .formatted(by.gateway(), by.namespace()));
    }
    List<String> without =
        hosts.stream().filter(host -> !takes(gateway, by.section(), host)).toList();
    return without.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "No HTTPS listener of Gateway \"%s\" takes %s; let the operator add one with its certificate, or take tls out of the routes"
                .formatted(
                    by.section().map(s -> by.gateway() + "\", section \"" + s).orElse(by.gateway()),
                    String.join(", ", without)));
  }

  static boolean takes(Gateway gateway, Optional<String> section, String host) {
    return gateway.getSpec().getListeners().stream()
        .filter(listener -> section.isEmpty() || section.get().equals(listener.getName()))
        .filter(listener -> HTTPS.equals(listener.getProtocol()))
        .anyMatch(listener -> takes(listener, host));
  }

  /** A wildcard stands for one or more labels, as the Gateway API has it. */
  private static boolean takes(Listener listener, String host) {
    String taken = listener.getHostname();
    return taken == null
        || taken.isEmpty()
        || taken.equals(host)
        || (taken.startsWith(WILDCARD) && host.endsWith(taken.substring(1)));
  }
}
