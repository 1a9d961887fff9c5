package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Releases;
import io.windlass.engine.kubernetes.environment.Watches;
import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.workload.Certificates;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what the watches show of an environment. Asks the cluster for nothing else, but for
 * certificates.
 */
final class Observer {
  private static final String OF_SERVICE = "kubernetes.io/service-name";

  private final Cluster cluster;
  private final Watches watches;
  private final Releases releases;
  private final Ingresses ingresses;
  private final CertificateTries tries;
  private final InstantSource clock;

  Observer(
      Cluster cluster,
      Watches watches,
      Releases releases,
      Ingresses ingresses,
      CertificateTries tries,
      InstantSource clock) {
    this.cluster = cluster;
    this.watches = watches;
    this.releases = releases;
    this.ingresses = ingresses;
    this.tries = tries;
    this.clock = clock;
  }

  /** All of an environment at one moment, as seen. */
  Observed observe(Place place, Kept kept) throws ClusterException {
    EnvironmentId environment = kept.environment();
    Wish wish = kept.wish();
    Map<String, Boolean> processes = new HashMap<>();
    Optional<Rendered> wanted = release(place, environment, wish.to());
    wanted.ifPresent(rendered ->
        rendered.processes().forEach(p -> processes.put(p, !rendered.services(p).isEmpty())));
    Optional<Rendered> published =
        wish.published().isEmpty()
            ? Optional.empty()
            : release(place, environment, wish.published().get());
    Set<String> names = new TreeSet<>(processes.keySet());
    List<HasMetadata> workloads = watches.workloads(place);
    workloads.stream()
        .filter(workload -> processes.keySet().stream().noneMatch(p -> Labels.isOf(workload, p)))
        .map(Observer::process)
        .forEach(names::add);
    View view =
        new View(
            workloads,
            watches.of(ReplicaSet.class, place),
            watches.of(Pod.class, place).stream().filter(p -> !Pods.over(p)).toList(),
            watches.of(Service.class, place),
            watches.of(EndpointSlice.class, place),
            clock.instant());
    boolean nginx = published.isPresent() && ingresses.nginx(published.get());
    Map<String, Seen> fleets = new HashMap<>();
    for (String process : names) {
      boolean weighs = published.isPresent() && Weights.weighs(published.get(), process, nginx);
      fleets.put(process, view.seen(environment, process, weighs));
    }
    boolean begun =
        fleets.values().stream()
            .flatMap(seen -> seen.in(wish.slot()).stream())
            .anyMatch(workload -> workload.release() == wish.to());
    boolean past = begun || wish.published().equals(Optional.of(wish.to()));
    return new Observed(wish, processes, fleets, past ? List.of() : certificates(place, wanted));
  }

  /** Asked for, and only before a release has begun to come: not every cluster knows the kind. */
  private List<Certification> certificates(Place place, Optional<Rendered> wanted)
      throws ClusterException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<Certification> certificates = new ArrayList<>();
    Applier applier = new Applier(cluster, wanted.get().id().environment(), place.namespace());
    for (GenericKubernetesResource certificate : Certificates.in(wanted.get()).toList()) {
      Certification seen = Certification.of(certificate, applier.findOurs(certificate));
      certificates.add(
          seen.state() == Certification.State.FAILED
              ? tries.with(wanted.get().id().environment(), certificate, seen)
              : seen);
    }
    return certificates;
  }

  private Optional<Rendered> release(Place place, EnvironmentId environment, long number)
      throws ClusterException {
    return number == 0
        ? Optional.empty()
        : releases.find(place.namespace(), new ReleaseId(environment, number));
  }

  /** The workload of a process in a slot, as seen. */
  Optional<HasMetadata> workload(Place place, String process, Slot slot) {
    return watches.workloads(place).stream()
        .filter(d -> Labels.isOf(d, process) && slot(d).equals(Optional.of(slot)))
        .findFirst();
  }

  /** A service by its name, as seen. */
  Optional<Service> service(Place place, String name) {
    return named(watches.of(Service.class, place), name);
  }

  /** The process as its label says it, which not every name can be. */
  static String process(HasMetadata object) {
    return label(object, Labels.COMPONENT).orElse("");
  }

  private static Optional<Slot> slot(HasMetadata object) {
    return label(object, Labels.SLOT).map(Observer::slot);
  }

  private static Slot slot(String label) {
    return Slot.valueOf(label.toUpperCase(Locale.ROOT));
  }

  static Optional<String> label(HasMetadata object, String name) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return Optional.ofNullable(labels == null ? null : labels.get(name));
  }

  private static <T extends HasMetadata> Optional<T> named(List<T> objects, String name) {
    return objects.stream().filter(o -> o.getMetadata().getName().equals(name)).findFirst();
  }

  static long release(HasMetadata workload) {
    String release = Workloads.template(workload).getMetadata().getLabels().get(Labels.RELEASE);
    return release == null ? 0 : Long.parseLong(release);
  }

  private record View(
      List<HasMetadata> found,
      List<ReplicaSet> sets,
      List<Pod> pods,
      List<Service> services,
      List<EndpointSlice> slices,
      Instant now) {
    Seen seen(EnvironmentId environment, String process, boolean weighs) {
      Map<Slot, Seen.Workload> workloads = new EnumMap<>(Slot.class);
      for (HasMetadata workload : found) {
        if (Labels.isOf(workload, process)) {
          slot(workload).ifPresent(slot -> workloads.put(slot, workload(workload, slot)));
        }
      }
      return new Seen(workloads, requests(environment, process), weighs);
    }

    private Seen.Workload workload(HasMetadata workload, Slot slot) {
      String process = process(workload);
      long release = release(workload);
      List<Pod> mine =
          pods.stream()
              .filter(p -> process(p).equals(process) && slot(p).equals(Optional.of(slot)))
              .filter(p -> !(workload instanceof Deployment && Pods.leftBehind(p, now)))
              .toList();
      List<Pod> ready = mine.stream().filter(Pods::ready).toList();
      int proved =
          (int)
              ready.stream()
                  .filter(p -> label(p, Labels.RELEASE).equals(Optional.of(Long.toString(release))))
                  .count();
      // One that is about to be made is there already: what would own it must not go before.
      int there = mine.isEmpty() && isBehind(workload) ? 1 : mine.size();
      return new Seen.Workload(release, Workloads.size(workload), there, ready.size(), proved);
    }

    /** Whether the cluster's controllers have not followed yet to a size of none. */
    private boolean isBehind(HasMetadata workload) {
      return workload instanceof Deployment deployment
          && Workloads.size(deployment) == 0
          && (isOlder(deployment, deployment.getStatus().getObservedGeneration())
              || sets.stream()
                  .filter(set ->
                      set.getMetadata().getOwnerReferences().stream()
                          .anyMatch(
                              owner -> owner.getUid().equals(deployment.getMetadata().getUid())))
                  .anyMatch(set ->
                      set.getSpec().getReplicas() > 0
                          || isOlder(set, set.getStatus().getObservedGeneration())));
    }

    /** Whether a status is of an object as it was before. */
    private static boolean isOlder(HasMetadata object, @Nullable Long observed) {
      return observed == null || observed < object.getMetadata().getGeneration();
    }

    private Optional<Requests> requests(EnvironmentId environment, String process) {
      String nextName = Names.next(environment, process);
      Optional<Service> second = named(services, nextName);
      List<Service> own =
          services.stream()
              .filter(s -> Labels.leadsTo(s, environment, process))
              .filter(s -> !s.getMetadata().getName().equals(nextName))
              .sorted(Comparator.comparing(s -> s.getMetadata().getName()))
              .toList();
      if (own.isEmpty()) {
        return Optional.empty();
      }
      // Written in this order: what the last one selects, all of them do.
      Set<Slot> selected = selected(own.getLast());
      return Optional.of(
          new Requests(
              selected,
              reached(own, selected),
              second.map(next ->
                  new Requests.Next(
                      selected(next).iterator().next(),
                      percent(next),
                      reached(next).values().stream().mapToInt(n -> n).sum()))));
    }

    /** Of several services the one that is furthest from what was written. */
    private Map<Slot, Integer> reached(List<Service> own, Set<Slot> selected) {
      Map<Slot, Integer> reached = new EnumMap<>(Slot.class);
      for (Slot slot : Slot.values()) {
        IntStream each = own.stream().mapToInt(s -> reached(s).getOrDefault(slot, 0));
        reached.put(slot, (selected.contains(slot) ? each.min() : each.max()).orElse(0));
      }
      return reached;
    }

    private static Set<Slot> selected(Service service) {
      String slot = service.getSpec().getSelector().get(Labels.SLOT);
      return slot == null ? EnumSet.allOf(Slot.class) : EnumSet.of(slot(slot));
    }

    private static int percent(Service next) {
      Map<String, String> annotations = next.getMetadata().getAnnotations();
      String weight = annotations == null ? null : annotations.get(Weights.WEIGHT);
      return weight == null ? 0 : Integer.parseInt(weight);
    }

    /** A pod may be in several slices, and is in one for each family of addresses. */
    private Map<Slot, Integer> reached(Service service) {
      Map<Slot, Integer> reached = new EnumMap<>(Slot.class);
      String name = service.getMetadata().getName();
      slices.stream()
          .filter(slice -> label(slice, OF_SERVICE).equals(Optional.of(name)))
          .flatMap(View::endpoints)
          .filter(View::ready)
          .map(endpoint -> endpoint.getTargetRef().getName())
          .distinct()
          .map(pod -> named(pods, pod))
          .flatMap(Optional::stream)
          .map(Observer::slot)
          .flatMap(Optional::stream)
          .forEach(slot -> reached.merge(slot, 1, Integer::sum));
      return reached;
    }

    /** The API server leaves out a list that is empty. */
    private static Stream<Endpoint> endpoints(EndpointSlice slice) {
      return slice.getEndpoints() == null ? Stream.of() : slice.getEndpoints().stream();
    }

    private static boolean ready(Endpoint endpoint) {
      return endpoint.getTargetRef() != null
          && endpoint.getConditions() != null
          && !Boolean.FALSE.equals(endpoint.getConditions().getReady());
    }
  }
}
