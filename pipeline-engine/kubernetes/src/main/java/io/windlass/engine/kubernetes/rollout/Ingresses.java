package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressClass;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Rendered;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Which controllers read Ingresses: only ingress-nginx is known to weigh. A class never changes its
 * controller; one that is not there, or may not be read, may be later. Thread-safe.
 */
final class Ingresses {
  private static final String NGINX = "k8s.io/ingress-nginx";

  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final Cluster cluster;
  private final InstantSource clock;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /** Whether a class is ingress-nginx's, as far as is known, and until when that is believed. */
  private record Answer(boolean nginx, Instant until) {}

  Ingresses(Cluster cluster, InstantSource clock) {
    this.cluster = cluster;
    this.clock = clock;
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
    Instant now = clock.instant();
    Answer known = answers.get(name.get());
    if (known == null || known.until().isBefore(now)) {
      Optional<Boolean> found = ask(name.get());
      known = new Answer(found.orElse(false), found.isPresent() ? Instant.MAX : now.plus(AGAIN));
      answers.put(name.get(), known);
    }
    return known.nginx();
  }

  /** Empty where nobody can tell; requests follow the replicas then. */
  private Optional<Boolean> ask(String name) throws ClusterException {
    try {
      IngressClass found =
          cluster.read(
              "read IngressClass " + name,
              client -> client.network().v1().ingressClasses().withName(name).get());
      return Optional.ofNullable(found).map(c -> NGINX.equals(c.getSpec().getController()));
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
