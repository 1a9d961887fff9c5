package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressClass;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Rendered;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Which controllers read Ingresses: only ingress-nginx is known to weigh. Thread-safe. */
final class Ingresses {
  private static final String NGINX = "k8s.io/ingress-nginx";

  private final Cluster cluster;
  private final Map<String, Boolean> nginx = new ConcurrentHashMap<>();

  Ingresses(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether the release's Ingress, if it has one, is read by ingress-nginx. */
  boolean nginx(Rendered release) throws ClusterException {
    Optional<String> name =
        release.objects().stream()
            .filter(Ingress.class::isInstance)
            .map(o -> ((Ingress) o).getSpec().getIngressClassName())
            .flatMap(Stream::ofNullable)
            .findFirst();
    if (name.isEmpty()) {
      return false;
    }
    Boolean known = nginx.get(name.get());
    if (known == null) {
      known = ask(name.get());
      nginx.put(name.get(), known);
    }
    return known;
  }

  private boolean ask(String name) throws ClusterException {
    try {
      IngressClass found =
          cluster.read(
              "read IngressClass " + name,
              client -> client.network().v1().ingressClasses().withName(name).get());
      return found != null && NGINX.equals(found.getSpec().getController());
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.FORBIDDEN) {
        return false; // Then requests follow the replicas.
      }
      throw e;
    }
  }
}
