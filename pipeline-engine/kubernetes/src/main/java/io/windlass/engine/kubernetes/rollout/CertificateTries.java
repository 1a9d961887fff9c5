package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.Owner;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Certificates;
import io.windlass.engine.kubernetes.workload.Metas;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.release.EnvironmentId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Remembers when certificates were asked for, so that a host for which there is none is not asked
 * for with every deployment. A return takes the Certificate away, and with it what cert-manager
 * knows, so that the memory is a ConfigMap of the environment.
 */
final class CertificateTries {
  /** Those of longest ago are forgotten. */
  private static final int MOST = 200;

  private final Cluster cluster;
  private final InstantSource clock;

  CertificateTries(Cluster cluster, InstantSource clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  /**
   * Why a release must wait before it may ask for its certificates.
   *
   * @return a sentence for people, without those that are there or on their way; empty where it
   *     need not wait
   */
  Optional<String> objection(Rendered release) throws ClusterException {
    EnvironmentId environment = release.id().environment();
    Applier applier = new Applier(cluster, environment, release.namespace());
    for (GenericKubernetesResource certificate : Certificates.in(release).toList()) {
      Certification seen = Certification.of(certificate, applier.find(certificate));
      boolean asks =
          switch (seen.state()) {
            case ISSUED, PENDING -> false;
            case FAILED -> true;
            case ABSENT -> !kept(certificate);
          };
      Optional<CertificateTry> last =
          asks ? with(environment, certificate, seen).last() : Optional.empty();
      if (last.isPresent() && clock.instant().isBefore(last.get().next())) {
        return Optional.of(
            "The certificate of %s was asked for at %s (%d in a row) and is not there; so that its issuer does not refuse the host for longer, it is asked for again from %s on: mend what keeps it away, and deploy again then"
                .formatted(
                    seen.host(),
                    Certification.time(last.get().at()),
                    last.get().number(),
                    Certification.time(last.get().next())));
      }
    }
    return Optional.empty();
  }

  /** The same with all that is known of when it was asked for. */
  Certification with(
      EnvironmentId environment, GenericKubernetesResource certificate, Certification seen)
      throws ClusterException {
    String namespace = certificate.getMetadata().getNamespace();
    Optional<CertificateTry> kept =
        find(environment, namespace)
            .map(map -> tries(map).get(certificate.getMetadata().getName()));
    Optional<CertificateTry> last =
        kept.map(one -> seen.last().map(one::and).orElse(one)).or(seen::last);
    return new Certification(seen.host(), seen.state(), seen.words(), last);
  }

  /** Notes that these are about to be asked for; of a host whose Secret is there nobody is. */
  void asking(EnvironmentId environment, List<GenericKubernetesResource> certificates)
      throws ClusterException {
    List<GenericKubernetesResource> asked = new ArrayList<>();
    for (GenericKubernetesResource certificate : certificates) {
      if (!kept(certificate)) {
        asked.add(certificate);
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    String namespace = asked.getFirst().getMetadata().getNamespace();
    Optional<ConfigMap> found = find(environment, namespace);
    Map<String, CertificateTry> tries =
        new TreeMap<>(found.map(CertificateTries::tries).orElse(Map.of()));
    for (GenericKubernetesResource certificate : asked) {
      tries.compute(
          certificate.getMetadata().getName(),
          (_, last) -> last == null ? new CertificateTry(1, now) : last.followed(now));
    }
    write(environment, namespace, found, tries);
  }

  /** Whether the certificate of an earlier release is still there, in its Secret. */
  private boolean kept(GenericKubernetesResource certificate) throws ClusterException {
    String name = Certificates.secret(certificate);
    String namespace = certificate.getMetadata().getNamespace();
    Secret secret =
        cluster.read(
            "read Secret " + name,
            client -> client.secrets().inNamespace(namespace).withName(name).get());
    return secret != null;
  }

  private Optional<ConfigMap> find(EnvironmentId environment, String namespace)
      throws ClusterException {
    String name = Names.certificates(environment);
    String tried = "read ConfigMap " + name;
    ConfigMap found =
        cluster.read(
            tried, client -> client.configMaps().inNamespace(namespace).withName(name).get());
    return found == null ? Optional.empty() : Optional.of(Owner.require(environment, found, tried));
  }

  private void write(
      EnvironmentId environment,
      String namespace,
      Optional<ConfigMap> over,
      Map<String, CertificateTry> tries)
      throws ClusterException {
    Map<String, String> data = new TreeMap<>();
    tries.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.comparing(CertificateTry::at).reversed()))
        .limit(MOST)
        .forEach(e -> data.put(e.getKey(), e.getValue().text()));
    ConfigMap map =
        new ConfigMapBuilder()
            .withMetadata(Metas.of(environment, namespace, Names.certificates(environment)))
            .withData(data)
            .build();
    cluster.write(
        "write ConfigMap " + map.getMetadata().getName(),
        client -> {
          var resource = client.configMaps().inNamespace(namespace).resource(map);
          return over.isEmpty()
              ? resource.create()
              : resource
                  .lockResourceVersion(over.get().getMetadata().getResourceVersion())
                  .update();
        });
  }

  /** An entry that somebody has changed into no time keeps nobody waiting. */
  private static Map<String, CertificateTry> tries(ConfigMap map) {
    Map<String, CertificateTry> tries = new TreeMap<>();
    Optional.ofNullable(map.getData())
        .orElse(Map.of())
        .forEach((name, text) -> CertificateTry.read(text).ifPresent(one -> tries.put(name, one)));
    return tries;
  }
}
