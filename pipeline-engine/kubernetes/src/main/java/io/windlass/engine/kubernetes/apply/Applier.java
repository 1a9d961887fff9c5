package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.cluster.FieldConflict;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.release.EnvironmentId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Brings an environment's objects to its namespace by server-side apply, and takes them away.
 *
 * <p>Every call may be repeated. Nothing that is not this environment's is ever changed: an object
 * of the same name without our label is refused, and so is a field that somebody else owns.
 *
 * <p>The size of a workload is the scaler's. It is written once, when the workload is made, and the
 * scaler's manager takes it right after; no later apply contains it. Where a crash came between,
 * the next apply lets the scaler's manager take what is there first, since the API server resets a
 * field to its default when its only owner stops to apply it.
 */
public final class Applier {
  private static final int TRIES = 5;
  private static final List<String> DRY = List.of("All");

  private final Cluster cluster;
  private final EnvironmentId environment;
  private final String namespace;

  public Applier(Cluster cluster, EnvironmentId environment, String namespace) {
    this.cluster = cluster;
    this.environment = environment;
    this.namespace = namespace;
  }

  /** An object that has no size. */
  public <T extends HasMetadata> T apply(T object) throws ClusterException {
    return patch(object, findOurs(object), false);
  }

  /**
   * A workload.
   *
   * @param workload without {@code spec.replicas}
   * @param initial the size that it is made with, where it is not there yet
   */
  public HasMetadata apply(HasMetadata workload, int initial) throws ClusterException {
    Optional<HasMetadata> live = findOurs(workload);
    if (live.isEmpty()) {
      return keepSize(patch(Workloads.sized(workload, initial), live, false));
    }
    keepSize(live.get());
    return patch(workload, live, false);
  }

  /** Lets the scaler's manager own the size that is there, where it does not yet. */
  private HasMetadata keepSize(HasMetadata live) throws ClusterException {
    HasMetadata seen = live;
    for (int attempt = 1; !Ownership.ownsReplicas(seen, Ownership.SCALER); attempt++) {
      try {
        return take(seen);
      } catch (ClusterException e) {
        if (e.kind() != Kind.CONFLICT || attempt == TRIES) {
          throw e;
        }
        seen =
            find(live)
                .orElseThrow(() ->
                    new ClusterException(
                        Kind.NOT_FOUND,
                        "Tried to keep the size of "
                            + ObjectRef.of(live)
                            + " but it was deleted meanwhile; deploy again"));
      }
    }
    return seen;
  }

  private HasMetadata take(HasMetadata seen) throws ClusterException {
    HasMetadata size = Workloads.onlySize(seen);
    PatchContext context = context(Ownership.SCALER, false, false);
    return cluster.write(
        "keep the size of " + ObjectRef.of(seen), client -> on(client, size).patch(context, size));
  }

  /**
   * What would be there after {@link #apply}, and changes nothing.
   *
   * @param force as if every field were ours, to show what would be
   */
  public <T extends HasMetadata> T dryRun(T object, boolean force) throws ClusterException {
    PatchContext context = context(Ownership.ENGINE, force, true);
    return cluster.read(
        "apply " + ObjectRef.of(object), client -> on(client, object).patch(context, object));
  }

  private <T extends HasMetadata> T patch(T object, Optional<T> live, boolean force)
      throws ClusterException {
    PatchContext context = context(Ownership.ENGINE, force, false);
    T bound = bound(object, live);
    try {
      return cluster.write(
          "apply " + ObjectRef.of(object), client -> on(client, bound).patch(context, bound));
    } catch (ClusterException e) {
      if (force || live.isEmpty() || !handedOver(live.get(), e.conflicts())) {
        throw e;
      }
      T taken = patch(object, live, true);
      forgetHandover(taken);
      return taken;
    }
  }

  /**
   * The object bound to the very one that was looked at: one that was deleted meanwhile is not made
   * anew without a size.
   */
  private <T extends HasMetadata> T bound(T object, Optional<T> live) {
    if (live.isEmpty()) {
      return object;
    }
    T copy = cluster.client().getKubernetesSerialization().clone(object);
    copy.getMetadata().setUid(live.get().getMetadata().getUid());
    return copy;
  }

  private static boolean handedOver(HasMetadata live, List<FieldConflict> conflicts) {
    Map<String, String> annotations = live.getMetadata().getAnnotations();
    String from = annotations == null ? null : annotations.get(FieldConflict.TAKE_FROM);
    return from != null
        && !conflicts.isEmpty()
        && conflicts.stream().allMatch(conflict -> conflict.manager().equals(from));
  }

  private void forgetHandover(HasMetadata taken) throws ClusterException {
    String patch = "{\"metadata\":{\"annotations\":{\"" + FieldConflict.TAKE_FROM + "\":null}}}";
    cluster.write(
        "take the annotation off " + ObjectRef.of(taken),
        client -> on(client, taken).patch(PatchContext.of(PatchType.JSON_MERGE), patch));
  }

  /** The object as it is now. */
  public <T extends HasMetadata> Optional<T> find(T object) throws ClusterException {
    return Optional.ofNullable(
        cluster.read("read " + ObjectRef.of(object), client -> on(client, object).get()));
  }

  /**
   * The object as it is now.
   *
   * @throws ClusterException of kind {@link Kind#REFUSED} where one is there that is not ours
   */
  public <T extends HasMetadata> Optional<T> findOurs(T object) throws ClusterException {
    Optional<T> live = find(object);
    requireOurs(object, live);
    return live;
  }

  /** The same by name. */
  public Optional<GenericKubernetesResource> find(ObjectRef ref) throws ClusterException {
    return find(generic(ref));
  }

  /**
   * Deletes those of these objects that are there and are this environment's.
   *
   * @return what was deleted
   */
  public List<ObjectRef> prune(Collection<ObjectRef> refs) throws ClusterException {
    List<ObjectRef> pruned = new ArrayList<>();
    for (ObjectRef ref : new TreeSet<>(refs)) {
      if (prune(ref)) {
        pruned.add(ref);
      }
    }
    return pruned;
  }

  /** Controllers write the status of an object at any time; what matters is whose it is. */
  private boolean prune(ObjectRef ref) throws ClusterException {
    for (int attempt = 1; ; attempt++) {
      Optional<GenericKubernetesResource> live = find(ref);
      if (live.isEmpty() || !isOurs(live.get())) {
        return false;
      }
      try {
        delete(live.get());
        return true;
      } catch (ClusterException e) {
        if (e.kind() != Kind.CONFLICT || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /** Deletes this very object, as it was read; one that has changed since is left. */
  private void delete(HasMetadata live) throws ClusterException {
    cluster.write(
        "delete " + ObjectRef.of(live),
        client ->
            client
                .resource(live)
                .inNamespace(namespace)
                .lockResourceVersion(live.getMetadata().getResourceVersion())
                .delete());
  }

  boolean isOurs(HasMetadata live) {
    return Owner.owns(environment, live);
  }

  void requireOurs(HasMetadata wanted, Optional<? extends HasMetadata> live)
      throws ClusterException {
    if (live.isPresent() && !isOurs(live.get())) {
      throw new ClusterException(
          Kind.REFUSED,
          "Tried to apply %s for %s but one is there that %s; give the environment another namespace, or hand it over with \"kubectl label %s %s %s=%s --overwrite\""
              .formatted(
                  ObjectRef.of(wanted),
                  environment,
                  Owner.whose(live.get()),
                  wanted.getKind().toLowerCase(Locale.ROOT),
                  wanted.getMetadata().getName(),
                  Labels.ENVIRONMENT,
                  Labels.environment(environment)));
    }
  }

  private GenericKubernetesResource generic(ObjectRef ref) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(ref.apiVersion())
        .withKind(ref.kind())
        .withNewMetadata()
        .withName(ref.name())
        .withNamespace(namespace)
        .endMetadata()
        .build();
  }

  private <T extends HasMetadata> Resource<T> on(KubernetesClient client, T object) {
    NamespaceableResource<T> resource = client.resource(object);
    return resource.inNamespace(namespace);
  }

  private static PatchContext context(String manager, boolean force, boolean dry) {
    var context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(manager)
            .withForce(force);
    return dry ? context.withDryRun(DRY).build() : context.build();
  }
}
