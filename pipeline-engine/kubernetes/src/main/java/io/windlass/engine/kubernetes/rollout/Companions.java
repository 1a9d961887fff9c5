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
 * arrived when those have, too, that it has changed. How the others are was so before it came.
 */
final class Companions {
  private static final Set<String> KINDS = Set.of("Deployment", "StatefulSet", "DaemonSet");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Cluster cluster;

  Companions(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * What is not there yet, for people; empty where all of them are.
   *
   * @param before what ran until this release came
   */
  Optional<String> missing(Rendered release, Optional<Rendered> before) throws ClusterException {
    var applier = new Applier(cluster, release.id().environment(), release.namespace());
    for (HasMetadata object : release.objects()) {
      if (KINDS.contains(object.getKind())
          && before.filter(old -> hasTheSame(old, object)).isEmpty()) {
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

  private static boolean hasTheSame(Rendered before, HasMetadata object) {
    ObjectRef ref = ObjectRef.of(object);
    return before.objects().stream()
        .filter(old -> ObjectRef.of(old).equals(ref))
        .anyMatch(old -> spec(old).equals(spec(object)));
  }

  private static JsonNode spec(HasMetadata object) {
    return JSON.valueToTree(object).path("spec");
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
    int enough =
        nodes ? Math.max(Math.min(1, wanted), wanted - mayBeMissing(live, wanted)) : wanted;
    boolean there = seen && ready >= enough && (byHand || updated >= enough);
    return there
        ? Optional.empty()
        : Optional.of(
            "waits for %s: %d of %d are ready, %d of them new"
                .formatted(ref, ready, wanted, updated));
  }

  /** On a node that is away, its pod is; the object says how many of them are no matter. */
  private static int mayBeMissing(JsonNode live, int wanted) {
    String most =
        live.path("spec")
            .path("updateStrategy")
            .path("rollingUpdate")
            .path("maxUnavailable")
            .asText("1");
    return most.endsWith("%")
        ? (wanted * Integer.parseInt(most.substring(0, most.length() - 1)) + 99) / 100
        : Integer.parseInt(most);
  }
}
