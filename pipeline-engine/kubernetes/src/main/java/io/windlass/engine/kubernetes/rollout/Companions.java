package io.windlass.engine.kubernetes.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Rendered;
import java.util.Optional;
import java.util.Set;

/**
 * Workloads that were brought beside the processes. Nobody sizes or divides them; a release has
 * arrived when they have, too.
 */
final class Companions {
  private static final Set<String> KINDS = Set.of("Deployment", "StatefulSet", "DaemonSet");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Cluster cluster;

  Companions(Cluster cluster) {
    this.cluster = cluster;
  }

  /** What is not there yet, for people; empty where all of them are. */
  Optional<String> missing(Rendered release) throws ClusterException {
    var applier = new Applier(cluster, release.id().environment(), release.namespace());
    for (HasMetadata object : release.objects()) {
      if (KINDS.contains(object.getKind())) {
        ObjectRef ref = ObjectRef.of(object);
        Optional<GenericKubernetesResource> live = applier.find(ref);
        Optional<String> waits =
            live.isEmpty()
                ? Optional.of(ref + " is gone")
                : waits(ref, JSON.valueToTree(live.get()));
        if (waits.isPresent()) {
          return waits;
        }
      }
    }
    return Optional.empty();
  }

  static Optional<String> waits(ObjectRef ref, JsonNode live) {
    JsonNode status = live.path("status");
    boolean nodes = ref.kind().equals("DaemonSet");
    int wanted =
        nodes
            ? status.path("desiredNumberScheduled").asInt()
            : live.path("spec").path("replicas").asInt(1);
    int ready = status.path(nodes ? "numberReady" : "readyReplicas").asInt();
    int updated = status.path(nodes ? "updatedNumberScheduled" : "updatedReplicas").asInt();
    boolean seen =
        status.path("observedGeneration").asLong()
            >= live.path("metadata").path("generation").asLong();
    boolean byHand =
        live.path("spec").path("updateStrategy").path("type").asText().equals("OnDelete");
    boolean there = seen && ready >= wanted && (byHand || updated >= wanted);
    return there
        ? Optional.empty()
        : Optional.of(
            "waits for %s: %d of %d are ready, %d of them new"
                .formatted(ref, ready, wanted, updated));
  }
}
