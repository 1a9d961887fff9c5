package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Claims;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.release.EnvironmentId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The claims that are there of an environment, of whatever release. */
final class LiveClaims {
  private final Cluster cluster;

  LiveClaims(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Why a release may not have its claims beside those that are there.
   *
   * @param storage empty where the operator bounds none
   * @return a sentence for people; empty where it may, or has none
   */
  Optional<String> objection(Rendered release, Optional<Storage> storage) throws ClusterException {
    return storage.isEmpty() || Claims.none(release)
        ? Optional.empty()
        : Claims.excess(release, of(release), storage.get().totalBytes());
  }

  /** Of each claim that a release has no volume for, what is to be done with it. */
  List<String> unused(Rendered release) throws ClusterException {
    Set<String> wanted =
        Claims.among(release.objects())
            .map(claim -> claim.getMetadata().getName())
            .collect(Collectors.toSet());
    return of(release).stream()
        .filter(claim -> !wanted.contains(claim.getMetadata().getName()))
        .map(Claims::unused)
        .toList();
  }

  private List<PersistentVolumeClaim> of(Rendered release) throws ClusterException {
    EnvironmentId environment = release.id().environment();
    try {
      return cluster
          .read(
              "list the claims of " + environment,
              client ->
                  client
                      .persistentVolumeClaims()
                      .inNamespace(release.namespace())
                      .withLabel(Labels.MANAGED_BY, Labels.WINDLASS)
                      .withLabel(Labels.ENVIRONMENT, Labels.environment(environment))
                      .list())
          .getItems();
    } catch (ClusterException e) {
      // A role that never could make one has none of ours.
      if (e.kind() == ClusterException.Kind.FORBIDDEN) {
        return List.of();
      }
      throw e;
    }
  }
}
