package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPathBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.IngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.IngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.IngressTLSBuilder;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The public side of a release. */
record Routes(List<HasMetadata> objects, List<String> notes, List<String> refusals) {
  static Routes of(Release release, Placement placement, Capabilities cluster) {
    Map<String, List<PublicRoute>> byHost = new TreeMap<>();
    List<String> notes = new ArrayList<>();
    for (PublicRoute route : release.runtime().routes()) {
      if (route.host().isPresent()) {
        byHost.computeIfAbsent(route.host().get(), _ -> new ArrayList<>()).add(route);
      } else {
        notes.add(
            "The route of \"%s\" names no host and would answer for every host of the cluster, so"
                    .formatted(route.process())
                + " that it is left out; name a host, or let the operator grant some with hosts");
      }
    }
    byHost.values().forEach(routes -> routes.sort(Comparator.comparing(PublicRoute::path)));
    if (byHost.isEmpty()) {
      return new Routes(List.of(), notes, List.of());
    }
    String hosts = String.join(", ", byHost.keySet());
    return switch (placement.exposure()) {
      case Exposure.None none ->
          new Routes(
              List.of(),
              notes,
              List.of(
                  "Nothing leads from outside to %s; let the operator name an ingress class or a"
                          .formatted(hosts)
                      + " gateway in the target, or take the routes out of the file"));
      case Exposure.ByIngress by -> ingress(release, placement, cluster, by, byHost, notes);
      case Exposure.ByGateway by ->
          cluster.has(Capabilities.HTTP_ROUTE)
              ? new Routes(httpRoutes(release, placement, by, byHost), notes, List.of())
              : new Routes(
                  List.of(),
                  notes,
                  List.of(
                      "The target has a gateway for %s but the cluster knows no HTTPRoute; install"
                              .formatted(hosts)
                          + " the Gateway API there, or name an ingress class instead"));
    };
  }

  private static Routes ingress(
      Release release,
      Placement placement,
      Capabilities cluster,
      Exposure.ByIngress by,
      Map<String, List<PublicRoute>> byHost,
      List<String> notes) {
    EnvironmentId environment = release.environment();
    List<String> secured =
        byHost.entrySet().stream()
            .filter(host -> host.getValue().stream().anyMatch(PublicRoute::tls))
            .map(Map.Entry::getKey)
            .toList();
    if (!secured.isEmpty()) {
      Optional<String> refusal = refuseCertificates(by, cluster, secured);
      if (refusal.isPresent()) {
        return new Routes(List.of(), notes, List.of(refusal.get()));
      }
    }
    List<HasMetadata> objects = new ArrayList<>();
    for (String host : secured) {
      objects.add(
          Certificates.of(environment, placement.namespace(), host, by.issuer().orElseThrow()));
    }
    objects.add(ingress(environment, placement, by, byHost, secured));
    return new Routes(objects, notes, List.of());
  }

  private static Optional<String> refuseCertificates(
      Exposure.ByIngress by, Capabilities cluster, List<String> secured) {
    String hosts = String.join(", ", secured);
    if (by.issuer().isEmpty()) {
      return Optional.of(
          "Nobody issues certificates for %s; let the operator name an issuer of cert-manager under certificates in the target, or take tls out of the routes"
              .formatted(hosts));
    }
    int most = by.issuer().get().mostHosts();
    if (secured.size() > most) {
      return Optional.of(
          "The release asks for certificates of %d hosts and the target gives an environment at most %d; take tls out of some routes, or let the operator raise certificates.max"
              .formatted(secured.size(), most));
    }
    return cluster.has(Capabilities.CERTIFICATE)
        ? Optional.empty()
        : Optional.of(
            "The target has an issuer for %s but the cluster knows no Certificate; install cert-manager there"
                .formatted(hosts));
  }

  private static Ingress ingress(
      EnvironmentId environment,
      Placement placement,
      Exposure.ByIngress by,
      Map<String, List<PublicRoute>> byHost,
      List<String> secured) {
    List<IngressRule> rules = new ArrayList<>();
    byHost.forEach((host, routes) ->
        rules.add(
            new IngressRuleBuilder()
                .withHost(host)
                .withNewHttp()
                .withPaths(routes.stream().map(r -> path(environment, r)).toList())
                .endHttp()
                .build()));
    Ingress ingress =
        new IngressBuilder()
            .withNewMetadataLike(
                Metas.of(environment, placement.namespace(), Names.app(environment)))
            .addToAnnotations(new TreeMap<>(by.annotations()))
            .endMetadata()
            .withNewSpec()
            .withRules(rules)
            .endSpec()
            .build();
    if (!secured.isEmpty()) {
      ingress
          .getSpec()
          .setTls(
              secured.stream()
                  .map(host ->
                      new IngressTLSBuilder()
                          .withHosts(host)
                          .withSecretName(Names.certificate(environment, host))
                          .build())
                  .toList());
    }
    by.ingressClass().ifPresent(ingress.getSpec()::setIngressClassName);
    return ingress;
  }

  private static HTTPIngressPath path(EnvironmentId environment, PublicRoute route) {
    return new HTTPIngressPathBuilder()
        .withPath(route.path())
        .withPathType("Prefix")
        .withNewBackend()
        .withNewService()
        .withName(Names.process(environment, route.process()))
        .withNewPort()
        .withName(Pods.PORT)
        .endPort()
        .endService()
        .endBackend()
        .build();
  }

  /** One for each host, since a host of an HTTPRoute holds for all of its rules. */
  private static List<HasMetadata> httpRoutes(
      Release release,
      Placement placement,
      Exposure.ByGateway by,
      Map<String, List<PublicRoute>> byHost) {
    List<HasMetadata> routes = new ArrayList<>();
    byHost.forEach((host, paths) -> routes.add(httpRoute(release, placement, by, host, paths)));
    return routes;
  }

  private static HTTPRoute httpRoute(
      Release release,
      Placement placement,
      Exposure.ByGateway by,
      String host,
      List<PublicRoute> paths) {
    EnvironmentId environment = release.environment();
    HTTPRoute route =
        new HTTPRouteBuilder()
            .withMetadata(
                Metas.of(environment, placement.namespace(), Names.route(environment, host)))
            .withNewSpec()
            .addNewParentRef()
            .withName(by.gateway())
            .withNamespace(by.namespace())
            .endParentRef()
            .withHostnames(host)
            .withRules(paths.stream().map(r -> rule(environment, r)).toList())
            .endSpec()
            .build();
    by.section().ifPresent(route.getSpec().getParentRefs().getFirst()::setSectionName);
    return route;
  }

  private static HTTPRouteRule rule(EnvironmentId environment, PublicRoute route) {
    return new HTTPRouteRuleBuilder()
        .addNewMatch()
        .withNewPath()
        .withType("PathPrefix")
        .withValue(route.path())
        .endPath()
        .endMatch()
        .addNewBackendRef()
        .withName(Names.process(environment, route.process()))
        .withPort(Renderer.SERVICE_PORT)
        .endBackendRef()
        .build();
  }
}
