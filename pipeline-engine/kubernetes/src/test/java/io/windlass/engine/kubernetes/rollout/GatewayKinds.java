package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The Gateway API's HTTPRoute, of any content. */
final class GatewayKinds {
  private GatewayKinds() {}

  static Placement placement(String namespace) {
    return Placement.in(namespace)
        .exposed(new Exposure.ByGateway("front", "infra", Optional.empty()));
  }

  /** The share of the requests that each service gets by the only rule of the only route. */
  static Map<String, Double> weights(Collection<HTTPRoute> routes) {
    Map<String, Double> weights = new TreeMap<>();
    for (var backend : routes.iterator().next().getSpec().getRules().getFirst().getBackendRefs()) {
      weights.put(
          backend.getName(), backend.getWeight() == null ? 1.0 : backend.getWeight() / 100.0);
    }
    return weights;
  }

  static void install(KubernetesClient client) {
    CustomResourceDefinition kind =
        new CustomResourceDefinitionBuilder()
            .withNewMetadata()
            .withName("httproutes.gateway.networking.k8s.io")
            .addToAnnotations(
                "api-approved.kubernetes.io", "https://github.com/kubernetes-sigs/gateway-api")
            .endMetadata()
            .withNewSpec()
            .withGroup("gateway.networking.k8s.io")
            .withScope("Namespaced")
            .withNewNames()
            .withKind("HTTPRoute")
            .withListKind("HTTPRouteList")
            .withPlural("httproutes")
            .withSingular("httproute")
            .endNames()
            .addNewVersion()
            .withName("v1")
            .withServed(true)
            .withStorage(true)
            .withNewSchema()
            .withNewOpenAPIV3Schema()
            .withType("object")
            .withXKubernetesPreserveUnknownFields(true)
            .endOpenAPIV3Schema()
            .endSchema()
            .endVersion()
            .endSpec()
            .build();
    client.resource(kind).forceConflicts().serverSideApply();
    client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(kind.getMetadata().getName())
        .waitUntilCondition(
            found ->
                found.getStatus() != null
                    && found.getStatus().getConditions() != null
                    && found.getStatus().getConditions().stream()
                        .anyMatch(
                            c -> c.getType().equals("Established") && c.getStatus().equals("True")),
            60,
            TimeUnit.SECONDS);
  }
}
