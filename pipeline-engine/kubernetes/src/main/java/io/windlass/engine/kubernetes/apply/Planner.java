package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Change.Line;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks what applying objects would change, by letting the API server try. Changes nothing.
 *
 * <p>The same look with what was applied last shows what somebody else has changed since.
 */
public final class Planner {
  /** The path of the line that says why an object would not be taken. */
  static final String REFUSED = "refused";

  private final Applier applier;

  public Planner(Applier applier) {
    this.applier = applier;
  }

  /**
   * What bringing a release would change. An object that would be refused has a line {@code
   * refused} with the reason, also where it is as it should be.
   *
   * @param wanted as they would be applied, in that order
   * @param gone what would be pruned, see {@link Inventory#gone}
   */
  public List<Change> plan(Collection<? extends HasMetadata> wanted, Collection<ObjectRef> gone)
      throws ClusterException {
    List<Change> changes = new ArrayList<>();
    for (HasMetadata object : wanted) {
      change(object).ifPresent(changes::add);
    }
    for (ObjectRef ref : gone) {
      if (applier.find(ref).filter(applier::isOurs).isPresent()) {
        changes.add(new Change(ref.toString(), Change.Kind.REMOVED, List.of()));
      }
    }
    return changes;
  }

  /**
   * What differs from what was applied, in the fields that we apply: an object that is gone, or a
   * field with another value. As what applying it again would change.
   *
   * @param applied as they were applied last
   */
  public List<Change> drift(Collection<? extends HasMetadata> applied) throws ClusterException {
    return plan(applied, List.of());
  }

  private Optional<Change> change(HasMetadata object) throws ClusterException {
    ObjectRef ref = ObjectRef.of(object);
    Optional<HasMetadata> live = applier.find(object);
    try {
      applier.requireOurs(object, live);
      HasMetadata tried = applier.dryRun(object, false);
      // A new object is shown as we wrote it, and not with every default of the API server.
      return Difference.between(ref, live, Optional.of(live.isEmpty() ? object : tried));
    } catch (ClusterException e) {
      if (e.kind() != Kind.CONFLICT && e.kind() != Kind.REFUSED) {
        throw e;
      }
      return Optional.of(refused(ref, live, Difference.between(ref, live, forced(object)), e));
    }
  }

  private static Change refused(
      ObjectRef ref,
      Optional<HasMetadata> live,
      Optional<Change> difference,
      ClusterException refusal) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line(REFUSED, Optional.empty(), Optional.of(refusal.reason())));
    difference.ifPresent(change -> lines.addAll(change.lines()));
    return new Change(
        ref.toString(), live.isEmpty() ? Change.Kind.ADDED : Change.Kind.CHANGED, lines);
  }

  /** What would be there if the fields were ours; the object itself where nobody can know. */
  private Optional<HasMetadata> forced(HasMetadata object) {
    try {
      return Optional.of(applier.dryRun(object, true));
    } catch (ClusterException e) {
      return Optional.of(object);
    }
  }

  /** Which secrets of a release have another version than those of the one before. */
  public static Optional<Change> secrets(Optional<Release> before, Release after) {
    return Change.between(
        "secrets",
        Optional.of(before.map(Planner::versions).orElseGet(Map::of)),
        Optional.of(versions(after)));
  }

  private static Map<String, String> versions(Release release) {
    Map<String, String> versions = new TreeMap<>();
    for (SecretRef secret : release.runtime().secrets()) {
      versions.put(secret.name(), "version " + secret.version());
    }
    return versions;
  }
}
