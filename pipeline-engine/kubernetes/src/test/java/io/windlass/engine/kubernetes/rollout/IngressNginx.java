package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads Ingresses as ingress-nginx documents that it does: one without {@code canary} answers for a
 * host and a path; at most one with it, of the same host and path, is its alternative and takes
 * {@code canary-weight} of {@code canary-weight-total} of the requests. An alternative to nothing
 * is no route.
 */
final class IngressNginx {
  static final String CLASS = "nginx";

  private static final String CANARY = "nginx.ingress.kubernetes.io/canary";

  private IngressNginx() {}

  static void install(KubernetesClient client) {
    install(client, CLASS);
  }

  /** As a class of this name. */
  static void install(KubernetesClient client, String name) {
    client
        .resource(
            new IngressClassBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withController("k8s.io/ingress-nginx")
                .endSpec()
                .build())
        .serverSideApply();
  }

  static Placement placement(String namespace) {
    return placement(namespace, CLASS);
  }

  static Placement placement(String namespace, String name) {
    return Placement.in(namespace)
        .exposed(new Exposure.ByIngress(Optional.of(name), Map.of(), Optional.empty()));
  }

  /** The share of the requests for a host's root that each service gets. */
  static Map<String, Double> weights(Collection<Ingress> ingresses, String host) {
    List<Ingress> routes = ingresses.stream().filter(i -> service(i, host).isPresent()).toList();
    Ingress main = only(routes.stream().filter(i -> !isCanary(i)).toList());
    List<Ingress> canaries = routes.stream().filter(IngressNginx::isCanary).toList();
    double share = canaries.isEmpty() ? 0 : share(only(canaries));
    Map<String, Double> weights = new TreeMap<>();
    weights.put(service(main, host).orElseThrow(), 1 - share);
    if (share > 0) {
      weights.put(service(only(canaries), host).orElseThrow(), share);
    }
    return weights;
  }

  private static Ingress only(List<Ingress> ingresses) {
    if (ingresses.size() != 1) {
      throw new AssertionError(ingresses.size() + " Ingresses where there is one");
    }
    return ingresses.getFirst();
  }

  private static boolean isCanary(Ingress ingress) {
    return annotation(ingress, CANARY).equals(Optional.of("true"));
  }

  private static double share(Ingress canary) {
    double weight = annotation(canary, CANARY + "-weight").map(Double::parseDouble).orElse(0.0);
    return weight
        / annotation(canary, CANARY + "-weight-total").map(Double::parseDouble).orElse(100.0);
  }

  private static Optional<String> annotation(Ingress ingress, String name) {
    return Optional.ofNullable(ingress.getMetadata().getAnnotations().get(name));
  }

  private static Optional<String> service(Ingress ingress, String host) {
    if (!CLASS.equals(ingress.getSpec().getIngressClassName())) {
      return Optional.empty();
    }
    return ingress.getSpec().getRules().stream()
        .filter(rule -> host.equals(rule.getHost()))
        .flatMap(rule -> paths(rule.getHttp().getPaths()))
        .findFirst();
  }

  private static Stream<String> paths(List<HTTPIngressPath> paths) {
    return paths.stream()
        .filter(path -> path.getPath().equals("/"))
        .map(path -> path.getBackend().getService().getName());
  }
}
