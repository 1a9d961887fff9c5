package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.Inventory;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.apply.ReleaseRecords;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Releases;
import io.windlass.engine.kubernetes.environment.Sizes;
import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.Wish.Before;
import io.windlass.engine.kubernetes.environment.WishStore;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.workload.Certificates;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.ReleaseId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Does to a cluster what was decided. Whatever rests on a version that was seen is refused by the
 * cluster when there is a newer one.
 */
final class Writes {
  private final Cluster cluster;
  private final Observer observer;
  private final Releases releases;
  private final WishStore wishes;
  private final Ingresses ingresses;
  private final CertificateTries tries;

  Writes(
      Cluster cluster,
      Observer observer,
      Releases releases,
      WishStore wishes,
      Ingresses ingresses,
      CertificateTries tries) {
    this.cluster = cluster;
    this.observer = observer;
    this.releases = releases;
    this.wishes = wishes;
    this.ingresses = ingresses;
    this.tries = tries;
  }

  /** For what is written of one environment. */
  Unseen unseen() {
    return new Unseen(cluster);
  }

  /**
   * Does it.
   *
   * @param unseen is told which workload was made or changed
   */
  void perform(Action action, Place place, Kept kept, Observed observed, Unseen unseen)
      throws ClusterException {
    Work work = new Work(place, kept, observed);
    switch (action) {
      case Action.Certify(var release) -> work.certify(release);
      case Action.Publish(var release) -> work.publish(release);
      case Action.Apply(var process, var slot, var release, var size) ->
          unseen.wrote(work.applier.apply(work.rendered(release).workload(process, slot), size));
      case Action.Size(var process, var slot, var to) -> {
        Optional<HasMetadata> seen = observer.workload(place, process, slot);
        if (seen.isPresent()) {
          Sizes.write(cluster, seen.get(), to);
        }
      }
      case Action.Delete(var process, var slot) -> work.delete(process, slot);
      case Action.Select(var process, var slots) -> work.select(process, slots);
      case Action.Open(var process, var slot) ->
          work.applier.apply(Weights.next(work.published(), process, slot, 0));
      case Action.Weigh(var process, var percent) -> work.weigh(process, percent);
      case Action.Close(var process) -> work.close(process);
      case Action.Prune(var release) -> work.prune(release);
      case Action.Conclude conclude ->
          work.wish(kept.wish().concluded(observed.processes().keySet()));
      case Action.Reach(var ready) -> work.wish(kept.wish().reached(ready));
    }
  }

  /** The writes of one environment. */
  private final class Work {
    private final Place place;
    private final Kept kept;
    private final Observed observed;
    private final Applier applier;

    Work(Place place, Kept kept, Observed observed) {
      this.place = place;
      this.kept = kept;
      this.observed = observed;
      this.applier = new Applier(cluster, kept.environment(), place.namespace());
    }

    private Rendered rendered(long release) throws ClusterException {
      ReleaseId id = new ReleaseId(kept.environment(), release);
      return releases
          .find(place.namespace(), id)
          .orElseThrow(() ->
              new ClusterException(
                  ClusterException.Kind.NOT_FOUND,
                  "Tried to bring "
                      + id
                      + " but its record is gone from namespace \""
                      + place.namespace()
                      + "\"; deploy it again"));
    }

    private Rendered published() throws ClusterException {
      return rendered(kept.wish().published().orElse(kept.wish().to()));
    }

    void certify(long release) throws ClusterException {
      List<GenericKubernetesResource> wanted = Certificates.in(rendered(release)).toList();
      List<GenericKubernetesResource> absent = new ArrayList<>();
      for (GenericKubernetesResource certificate : wanted) {
        if (applier.findOurs(certificate).isEmpty()) {
          absent.add(certificate);
        }
      }
      // Before it is done: what is counted once too often costs minutes, the other way days.
      tries.asking(kept.environment(), absent);
      for (GenericKubernetesResource certificate : wanted) {
        applier.apply(certificate);
      }
    }

    void publish(long release) throws ClusterException {
      Rendered rendered = rendered(release);
      for (HasMetadata object : rendered.objects()) {
        if (object instanceof Service service && rendered.isAddress(service)) {
          applier.apply(Weights.service(service, selected(rendered, service)));
        } else if (!Weights.isRoute(object) && !(object instanceof PersistentVolumeClaim)) {
          applier.apply(object);
        }
      }
      route(rendered, percents());
      wish(kept.wish().published(release));
    }

    void wish(Wish next) throws ClusterException {
      wishes.write(place.namespace(), kept.environment(), Optional.of(kept), next);
    }

    /** What it selects now, so that publishing moves no request. */
    private Set<Slot> selected(Rendered rendered, Service service) {
      for (String process : rendered.processes()) {
        if (Labels.leadsTo(service, kept.environment(), process)) {
          return observed
              .fleet(process)
              .requests()
              .map(Requests::selected)
              .orElse(Set.of(kept.wish().slot()));
        }
      }
      return Set.of(kept.wish().slot());
    }

    private Map<String, Integer> percents() {
      Map<String, Integer> percents = new HashMap<>();
      observed
          .fleets()
          .forEach((process, seen) ->
              seen.requests()
                  .flatMap(Requests::next)
                  .ifPresent(next -> percents.put(process, next.percent())));
      return percents;
    }

    private void route(Rendered rendered, Map<String, Integer> percents) throws ClusterException {
      for (HasMetadata route : Weights.routes(rendered, percents, ingresses.nginx(rendered))) {
        applier.apply(route);
      }
    }

    void delete(String process, Slot slot) throws ClusterException {
      Optional<HasMetadata> seen = observer.workload(place, process, slot);
      if (seen.isPresent()) {
        cluster.write(
            "delete " + ObjectRef.of(seen.get()),
            client ->
                client
                    .resource(seen.get())
                    .lockResourceVersion(seen.get().getMetadata().getResourceVersion())
                    .delete());
      }
    }

    void select(String process, Set<Slot> slots) throws ClusterException {
      List<Service> addresses =
          published().services(process).stream()
              .sorted(Comparator.comparing(s -> s.getMetadata().getName()))
              .toList();
      for (Service rendered : addresses) {
        Optional<Service> seen = observer.service(place, rendered.getMetadata().getName());
        if (seen.isPresent()) {
          Service changed = Weights.service(rendered, slots);
          changed.getMetadata().setResourceVersion(seen.get().getMetadata().getResourceVersion());
          applier.apply(changed);
        }
      }
    }

    void weigh(String process, int percent) throws ClusterException {
      Map<String, Integer> percents = percents();
      percents.put(process, percent);
      Rendered published = published();
      route(published, percents);
      // Written last: where it says none, the routes have none.
      Slot slot = observed.fleet(process).requests().flatMap(Requests::next).orElseThrow().slot();
      applier.apply(Weights.next(published, process, slot, percent));
    }

    void close(String process) throws ClusterException {
      Map<String, Integer> percents = percents();
      percents.remove(process);
      route(published(), percents);
      String next = Names.next(kept.environment(), process);
      applier.prune(
          List.of(
              new ObjectRef("networking.k8s.io/v1", "Ingress", next),
              new ObjectRef("v1", "Service", next)));
    }

    /** What later releases have brought ahead of their replicas stays. */
    void prune(long release) throws ClusterException {
      long newest = Math.max(release, kept.wish().before().map(Before::release).orElse(0L));
      Rendered wanted = rendered(release);
      ReleaseRecords records = releases.records(place.namespace());
      Set<ObjectRef> gone = new HashSet<>();
      for (ReleaseId id : records.list(kept.environment())) {
        Optional<Rendered> other = releases.find(place.namespace(), id);
        if (id.number() != release && id.number() <= newest && other.isPresent()) {
          gone.addAll(Inventory.gone(other.get(), wanted));
        }
      }
      applier.prune(gone);
    }
  }
}
