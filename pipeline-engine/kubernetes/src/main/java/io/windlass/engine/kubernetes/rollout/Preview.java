package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.Inventory;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.apply.Planner;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Releases;
import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.WishStore;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import io.windlass.engine.kubernetes.workload.Claims;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What bringing a release would change in its namespace, once it is all that runs. A release that
 * would come into the other slot is compared with what is in the one that serves: that is the
 * difference that a person wants to see.
 */
final class Preview {
  private final Cluster cluster;
  private final WishStore wishes;
  private final Releases releases;
  private final LiveClaims claims;

  Preview(Cluster cluster, WishStore wishes, Releases releases, LiveClaims claims) {
    this.cluster = cluster;
    this.wishes = wishes;
    this.releases = releases;
    this.claims = claims;
  }

  List<Change> of(Optional<Release> serving, Rendered next) throws ClusterException {
    ReleaseId id = next.id();
    Slot slot =
        wishes
            .read(next.namespace(), id.environment())
            .map(Kept::wish)
            .map(Preview::serving)
            .orElse(Slot.BLUE);
    var applier = new Applier(cluster, id.environment(), next.namespace());
    List<Change> changes =
        new ArrayList<>(
            new Planner(applier).plan(settled(applier, next, slot), gone(serving, next)));
    Planner.secrets(serving, next.release()).ifPresent(changes::add);
    List<String> notes = new ArrayList<>(next.notes());
    notes.addAll(ofClaims(applier, next));
    if (!changes.isEmpty() && !notes.isEmpty()) {
      changes.add(Change.said("notes", notes));
    }
    return changes;
  }

  /** What is to be said of volumes, which do not go where nothing asks for them any more. */
  private List<String> ofClaims(Applier applier, Rendered next) throws ClusterException {
    List<String> notes = new ArrayList<>();
    for (PersistentVolumeClaim claim : Claims.among(next.objects()).toList()) {
      Claims.note(claim, applier.find(claim)).ifPresent(notes::add);
    }
    notes.addAll(claims.unused(next));
    return notes;
  }

  /** What differs from a release that is all that runs. */
  List<Change> drift(Rendered serving) throws ClusterException {
    ReleaseId id = serving.id();
    Slot slot =
        wishes
            .read(serving.namespace(), id.environment())
            .map(Kept::wish)
            .map(Wish::slot)
            .orElse(Slot.BLUE);
    var applier = new Applier(cluster, id.environment(), serving.namespace());
    List<Change> changes =
        new ArrayList<>(new Planner(applier).drift(settled(applier, serving, slot)));
    List<String> unused = claims.unused(serving);
    if (!unused.isEmpty()) {
      changes.add(Change.said("notes", unused));
    }
    return changes;
  }

  private static Slot serving(Wish wish) {
    return wish.before().map(Wish.Before::slot).orElse(wish.slot());
  }

  /** The objects as they are when nothing is divided. */
  private static List<HasMetadata> settled(Applier applier, Rendered release, Slot slot)
      throws ClusterException {
    List<HasMetadata> objects = new ArrayList<>();
    for (HasMetadata object : release.all(slot)) {
      objects.add(
          switch (object) {
            case Service service when release.isAddress(service) ->
                Weights.service(service, List.of(slot));
            case PersistentVolumeClaim claim -> Claims.kept(claim, applier.find(claim));
            default -> object;
          });
    }
    return objects;
  }

  private Collection<ObjectRef> gone(Optional<Release> serving, Rendered next)
      throws ClusterException {
    Optional<Rendered> before =
        serving.isEmpty() ? Optional.empty() : releases.find(next.namespace(), serving.get().id());
    return before.<Collection<ObjectRef>>map(b -> Inventory.gone(b, next)).orElseGet(Set::of);
  }
}
