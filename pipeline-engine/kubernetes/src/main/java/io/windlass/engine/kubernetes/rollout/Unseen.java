package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Workloads of an environment that we wrote and that the watch has not brought yet. Until it has,
 * what is seen is from before our own write: a move that was called off would seem to have left
 * nothing behind. The controllers of Kubernetes keep such expectations for the same reason.
 */
final class Unseen {
  /** A watch that is well brings a change in less. */
  private static final Duration USUAL = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final Map<ObjectRef, HasMetadata> written = new HashMap<>();
  private long asked;

  Unseen(Cluster cluster) {
    this.cluster = cluster;
  }

  /** This is how the cluster has it now. */
  void wrote(HasMetadata workload) {
    written.put(ObjectRef.of(workload), workload);
    asked = System.nanoTime();
  }

  /** Whether these, which the watch shows, are older than what we wrote. */
  boolean isLeft(List<HasMetadata> seen) throws ClusterException {
    seen.forEach(workload ->
        written.computeIfPresent(
            ObjectRef.of(workload), (_, own) -> version(workload) >= version(own) ? null : own));
    if (!written.isEmpty() && System.nanoTime() - asked > USUAL.toNanos()) {
      forgetDeleted();
    }
    return !written.isEmpty();
  }

  /** What somebody deleted right away is never shown. */
  private void forgetDeleted() throws ClusterException {
    for (HasMetadata own : List.copyOf(written.values())) {
      ObjectRef ref = ObjectRef.of(own);
      HasMetadata now =
          cluster.read(
              "read " + ref,
              client -> client.resource(own).inNamespace(own.getMetadata().getNamespace()).get());
      if (now == null) {
        written.remove(ref);
      }
    }
    asked = System.nanoTime();
  }

  /** Versions are numbers that grow. */
  private static long version(HasMetadata workload) {
    return Long.parseLong(workload.getMetadata().getResourceVersion());
  }
}
