package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRefBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressRule;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A release's objects while requests are weighed: its services with their slots, and its routes
 * with a second backend. Pure.
 */
final class Weights {
  /** On the second service: the part of the requests that the routes give it. */
  static final String WEIGHT = "windlass.io/weight";

  private static final String NGINX = "nginx.ingress.kubernetes.io/";

  private Weights() {}

  static boolean isRoute(HasMetadata object) {
    return object instanceof HTTPRoute || object instanceof Ingress;
  }

  /** A process' own service for these slots; without a slot it would select both. */
  static Service service(Service rendered, Iterable<Slot> slots) {
    var service = rendered.edit().editSpec();
    service.removeFromSelector(Labels.SLOT);
    List<Slot> all = new ArrayList<>();
    slots.forEach(all::add);
    if (all.size() == 1) {
      service.addToSelector(Labels.SLOT, all.getFirst().label());
    }
    return service.endSpec().build();
  }

  /** The second service of a process. */
  static Service next(Rendered release, String process, Slot slot, int percent) {
    String own = Names.process(release.id().environment(), process);
    Service rendered =
        release.services(process).stream()
            .filter(service -> service.getMetadata().getName().equals(own))
            .findFirst()
            .orElseThrow();
    return service(rendered, List.of(slot))
        .edit()
        .editMetadata()
        .withName(Names.next(release.id().environment(), process))
        .addToAnnotations(WEIGHT, Integer.toString(percent))
        .endMetadata()
        .build();
  }

  /** Whether requests that come by one of the release's routes can be weighed. */
  static boolean weighs(Rendered release, String process, boolean nginx) {
    String service = Names.process(release.id().environment(), process);
    return release.objects().stream()
        .anyMatch(object ->
            switch (object) {
              case HTTPRoute route -> leadsTo(route, service);
              case Ingress ingress -> nginx && paths(ingress).anyMatch(p -> leadsTo(p, service));
              default -> false;
            });
  }

  /**
   * The release's routes.
   *
   * @param percents of the requests that go to the second service, by process
   * @param nginx whether an Ingress is read by ingress-nginx
   */
  static List<HasMetadata> routes(Rendered release, Map<String, Integer> percents, boolean nginx) {
    List<HasMetadata> routes = new ArrayList<>();
    for (HasMetadata object : release.objects()) {
      if (object instanceof HTTPRoute route) {
        routes.add(weighed(release, route, percents));
      } else if (object instanceof Ingress ingress) {
        routes.add(ingress);
        if (nginx) {
          percents.forEach((process, percent) ->
              canary(release, ingress, process, percent).ifPresent(routes::add));
        }
      }
    }
    return routes;
  }

  private static HTTPRoute weighed(
      Rendered release, HTTPRoute rendered, Map<String, Integer> percents) {
    HTTPRoute route = rendered.edit().build();
    percents.forEach((process, percent) -> {
      String service = Names.process(release.id().environment(), process);
      String next = Names.next(release.id().environment(), process);
      for (HTTPRouteRule rule : route.getSpec().getRules()) {
        List<HTTPBackendRef> backends = new ArrayList<>();
        for (HTTPBackendRef backend : rule.getBackendRefs()) {
          if (backend.getName().equals(service)) {
            backends.add(new HTTPBackendRefBuilder(backend).withWeight(100 - percent).build());
            backends.add(
                new HTTPBackendRefBuilder(backend).withName(next).withWeight(percent).build());
          } else {
            backends.add(backend);
          }
        }
        rule.setBackendRefs(backends);
      }
    });
    return route;
  }

  /** What ingress-nginx calls a canary: a second Ingress of the same hosts and paths. */
  private static Optional<Ingress> canary(
      Rendered release, Ingress rendered, String process, int percent) {
    String service = Names.process(release.id().environment(), process);
    String next = Names.next(release.id().environment(), process);
    List<IngressRule> rules = new ArrayList<>();
    for (IngressRule rule : rendered.getSpec().getRules()) {
      List<HTTPIngressPath> paths =
          rule.getHttp().getPaths().stream()
              .filter(path -> leadsTo(path, service))
              .map(path ->
                  path.edit()
                      .editBackend()
                      .editService()
                      .withName(next)
                      .endService()
                      .endBackend()
                      .build())
              .toList();
      if (!paths.isEmpty()) {
        rules.add(rule.edit().editHttp().withPaths(paths).endHttp().build());
      }
    }
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        rendered
            .edit()
            .editMetadata()
            .withName(next)
            .addToAnnotations(NGINX + "canary", "true")
            .addToAnnotations(NGINX + "canary-weight", Integer.toString(percent))
            .endMetadata()
            .editSpec()
            .withRules(rules)
            .endSpec()
            .build());
  }

  private static boolean leadsTo(HTTPRoute route, String service) {
    return route.getSpec().getRules().stream()
        .flatMap(rule -> rule.getBackendRefs().stream())
        .anyMatch(backend -> backend.getName().equals(service));
  }

  private static Stream<HTTPIngressPath> paths(Ingress ingress) {
    return ingress.getSpec().getRules().stream().flatMap(r -> r.getHttp().getPaths().stream());
  }

  private static boolean leadsTo(HTTPIngressPath path, String service) {
    return path.getBackend().getService().getName().equals(service);
  }
}
