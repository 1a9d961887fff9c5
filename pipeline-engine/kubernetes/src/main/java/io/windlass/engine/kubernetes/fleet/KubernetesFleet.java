package io.windlass.engine.kubernetes.fleet;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.apply.Ownership;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Sizes;
import io.windlass.engine.kubernetes.environment.Watches;
import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.WishStore;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A fleet of a cluster's pods.
 *
 * <p>Its total is the size of the one workload that serves, set through its scale subresource.
 * While a rollout divides the fleet between two workloads, and before there is one, the total is
 * kept with what is wanted of the environment, and the rollout's loop divides it. A size is always
 * written over the very state that it was decided on: when that has changed, the scaler decides
 * again.
 */
public final class KubernetesFleet implements Fleet {
  private static final int TRIES = 5;
  private static final String WINDLASS = "windlass";
  private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

  private static final Limit SINGLE =
      new Limit(1, "it has a volume that is one replica's own, so that there is no second one");

  private final Cluster cluster;
  private final Watches watches;
  private final WishStore wishes;
  private final String namespace;
  private final FleetId id;
  private final Rivals rivals;
  private final Supplier<Map<String, Double>> load;
  private final EnvironmentId environment;
  private final Place place;
  private volatile Written written = new Written(0, 0);

  /** The size that we wrote last, until the watch has brought it. */
  private record Written(long version, int size) {}

  /**
   * A fleet in a namespace.
   *
   * @param load how busy each replica is, by pod; empty where nobody knows. The least busy ones go
   *     first
   */
  public KubernetesFleet(
      Cluster cluster,
      Watches watches,
      WishStore wishes,
      String namespace,
      FleetId id,
      Backstop backstop,
      Supplier<Map<String, Double>> load) {
    this.cluster = cluster;
    this.watches = watches;
    this.wishes = wishes;
    this.namespace = namespace;
    this.id = id;
    this.rivals = new Rivals(cluster, backstop);
    this.load = load;
    this.environment = EnvironmentId.parse(id.environment());
    this.place = Place.of(namespace, environment);
  }

  @Override
  public FleetId id() {
    return id;
  }

  @Override
  public FleetState state() throws FleetException {
    try {
      look("look at");
      List<Pod> pods = pods();
      Optional<HasMetadata> serving = serving();
      Optional<Limit> limit =
          serving.filter(StatefulSet.class::isInstance).isPresent()
              ? Optional.of(SINGLE)
              : Replicas.limit(pods, sets());
      return new FleetState(id, total(serving).orElse(0), writer(serving), replicas(pods), limit);
    } catch (ClusterException e) {
      throw new FleetException(e.reason(), e);
    }
  }

  @Override
  public void resize(int wanted, String reason) throws FleetException {
    if (wanted < 0) {
      throw new IllegalArgumentException(
          "Tried to size \"" + id + "\" to " + wanted + "; use 0 or more");
    }
    try (var _ = wishes.turn(place)) {
      look("size");
      Optional<HasMetadata> serving = serving();
      if (total(serving).equals(Optional.of(wanted))) {
        return;
      }
      if (wanted > SINGLE.max() && serving.filter(StatefulSet.class::isInstance).isPresent()) {
        throw new FleetException(
            "Tried to size \"%s\" to %d but %s; let max be 1 in its scale"
                .formatted(id, wanted, SINGLE.reason()));
      }
      Optional<String> objection = rivals.objection(namespace, names());
      if (objection.isPresent()) {
        throw new FleetException("Tried to size \"" + id + "\" but " + objection.get());
      }
      if (kept().isPresent() || serving.isEmpty()) {
        keep(wanted);
      } else {
        scale(serving.get(), wanted);
      }
    } catch (ClusterException e) {
      throw new FleetException(e.reason(), e);
    }
  }

  private void look(String verb) throws ClusterException, FleetException {
    watches.ensure(namespace);
    Optional<String> trouble = watches.trouble(namespace);
    if (trouble.isPresent()) {
      throw new FleetException(
          "Tried to %s \"%s\" but what is seen of it may be old: %s; look whether the cluster's API server answers"
              .formatted(verb, id, trouble.get()));
    }
  }

  /** The total that is kept with the wish; empty where the workload's own size is the total. */
  private Optional<Integer> kept() {
    return wishes.find(place).map(k -> k.wish().totals().get(id.process()));
  }

  private Optional<Integer> total(Optional<HasMetadata> serving) {
    return kept().or(() -> serving.map(this::size));
  }

  /** Never older than what we wrote ourselves. */
  private int size(HasMetadata seen) {
    Written own = written;
    long version = Long.parseLong(seen.getMetadata().getResourceVersion());
    return version < own.version() ? own.size() : Workloads.size(seen);
  }

  private Optional<String> writer(Optional<HasMetadata> serving) {
    if (kept().isPresent()) {
      return Optional.of(WINDLASS);
    }
    return serving
        .flatMap(Ownership::lastWriterOfReplicas)
        .map(manager ->
            Set.of(Ownership.ENGINE, Ownership.SCALER).contains(manager) ? WINDLASS : manager);
  }

  private List<HasMetadata> workloads() {
    return watches.workloads(place).stream().filter(d -> Labels.isOf(d, id.process())).toList();
  }

  private Set<String> names() {
    return workloads().stream().map(d -> d.getMetadata().getName()).collect(Collectors.toSet());
  }

  private Optional<HasMetadata> serving() {
    Optional<Wish> wish = wishes.find(place).map(Kept::wish);
    return workloads().stream()
        .filter(d ->
            wish.isEmpty()
                || wish.get().slot().label().equals(d.getMetadata().getLabels().get(Labels.SLOT)))
        .findFirst();
  }

  private List<Pod> pods() {
    return watches.of(Pod.class, place).stream()
        .filter(p -> Labels.isOf(p, id.process()))
        .filter(Replicas::counts)
        .toList();
  }

  private List<Replica> replicas(List<Pod> pods) {
    Optional<String> serves = servingSlot();
    return pods.stream()
        .map(pod -> {
          Replica replica = Replicas.of(environment, pod);
          String slot = pod.getMetadata().getLabels().get(Labels.SLOT);
          boolean aside = serves.isPresent() && !serves.get().equals(slot);
          return aside ? Replicas.standingBy(replica) : replica;
        })
        .toList();
  }

  /** The slot that gets all requests while another one is whole beside it. */
  private Optional<String> servingSlot() {
    boolean beside =
        wishes
            .find(place)
            .filter(k -> k.wish().divided() && k.wish().division() instanceof Division.Beside)
            .isPresent();
    String name = Names.process(environment, id.process());
    return !beside
        ? Optional.empty()
        : watches.of(Service.class, place).stream()
            .filter(service -> service.getMetadata().getName().equals(name))
            .findFirst()
            .map(service -> service.getSpec().getSelector().get(Labels.SLOT));
  }

  private List<ReplicaSet> sets() {
    return watches.of(ReplicaSet.class, place).stream()
        .filter(s -> Labels.isOf(s, id.process()))
        .filter(s -> s.getSpec().getReplicas() > 0)
        .toList();
  }

  private void keep(int wanted) throws ClusterException {
    Optional<Kept> now = wishes.find(place);
    Wish wish = now.map(Kept::wish).orElse(Wish.NOTHING).sized(id.process(), wanted);
    wishes.write(namespace, environment, now, wish);
  }

  private void scale(HasMetadata serving, int wanted) throws ClusterException, FleetException {
    int decidedOn = size(serving);
    prefer(decidedOn - wanted);
    written = new Written(write(serving, decidedOn, wanted), wanted);
    if (wishes.read(namespace, environment).filter(k -> k.wish().divided()).isPresent()) {
      throw new FleetException(
          "Tried to size \""
              + id
              + "\" but a rollout began to divide it at the same moment; the size is decided again");
    }
  }

  /** A workload changes with each of its pods; what matters is that its size is the one seen. */
  private long write(HasMetadata serving, int decidedOn, int wanted) throws ClusterException {
    HasMetadata seen = serving;
    for (int attempt = 1; ; attempt++) {
      try {
        return Sizes.write(cluster, seen, wanted);
      } catch (ClusterException e) {
        if (e.kind() != ClusterException.Kind.CONFLICT || attempt == TRIES) {
          throw e;
        }
        HasMetadata now =
            cluster.read(
                "read " + serving.getKind() + " " + serving.getMetadata().getName(),
                client -> client.resource(serving).inNamespace(namespace).get());
        if (now == null || Workloads.size(now) != decidedOn) {
          throw e;
        }
        seen = now;
      }
    }
  }

  /** Tells the cluster which replicas cost least to lose, where that makes a difference. */
  private void prefer(int fewer) throws ClusterException {
    List<Replica> replicas = pods().stream().map(pod -> Replicas.of(environment, pod)).toList();
    Set<String> victims = new HashSet<>();
    Victims.choose(replicas, fewer, r -> ReleaseId.parse(r.release()).number(), load.get())
        .forEach(r -> victims.add(r.id()));
    for (Pod pod : pods()) {
      boolean victim = victims.contains(pod.getMetadata().getName());
      Map<String, String> annotations = pod.getMetadata().getAnnotations();
      boolean marked = annotations != null && annotations.containsKey(DELETION_COST);
      if (victim != marked) {
        mark(pod, victim);
      }
    }
  }

  private void mark(Pod pod, boolean victim) throws ClusterException {
    String name = pod.getMetadata().getName();
    String cost = victim ? "\"-1\"" : "null";
    try {
      cluster.write(
          "mark Pod " + name,
          client ->
              client
                  .pods()
                  .inNamespace(namespace)
                  .withName(name)
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      "{\"metadata\":{\"annotations\":{\"" + DELETION_COST + "\":" + cost + "}}}"));
    } catch (ClusterException e) {
      if (e.kind() != ClusterException.Kind.NOT_FOUND) {
        throw e; // One that is gone needs no mark.
      }
    }
  }
}
