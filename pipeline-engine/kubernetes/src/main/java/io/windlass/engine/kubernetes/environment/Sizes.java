package io.windlass.engine.kubernetes.environment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.apply.Ownership;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;

/** Writes workloads' sizes, always as the scaler's field manager. */
public final class Sizes {
  private Sizes() {}

  /**
   * Sizes a workload through its scale subresource.
   *
   * @param seen as it was when the size was decided; the write is refused once it has changed
   * @return the version that the workload has now
   * @throws ClusterException of kind {@code CONFLICT} where it has
   */
  public static long write(Cluster cluster, HasMetadata seen, int size) throws ClusterException {
    String name = seen.getMetadata().getName();
    PatchContext context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Ownership.SCALER)
            .withForce(true)
            .build();
    String scale =
        """
        {"apiVersion":"autoscaling/v1","kind":"Scale",
         "metadata":{"name":"%s","resourceVersion":"%s"},"spec":{"replicas":%d}}\
        """
            .formatted(name, seen.getMetadata().getResourceVersion(), size);
    HasMetadata sized =
        cluster.write(
            "size " + seen.getKind() + " " + name + " to " + size,
            client ->
                client
                    .resource(seen)
                    .inNamespace(seen.getMetadata().getNamespace())
                    .subresource("scale")
                    .patch(context, scale));
    return Long.parseLong(sized.getMetadata().getResourceVersion());
  }
}
