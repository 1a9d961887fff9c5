package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.windlass.engine.kubernetes.apply.Plan.Change;
import io.windlass.engine.kubernetes.apply.Plan.What;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.release.SecretRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks what applying objects would change, by letting the API server try. Changes nothing.
 *
 * <p>The same look with what was applied last shows what somebody else has changed since.
 */
public final class Planner {
  private final Applier applier;

  public Planner(Applier applier) {
    this.applier = applier;
  }

  /**
   * What bringing a release would change.
   *
   * @param wanted as they would be applied, in that order
   * @param gone what would be pruned, see {@link Inventory#gone}
   */
  public Plan plan(Collection<HasMetadata> wanted, Collection<ObjectRef> gone, List<String> notes)
      throws ClusterException {
    List<Change> changes = new ArrayList<>();
    for (HasMetadata object : wanted) {
      changes.add(change(object));
    }
    for (ObjectRef ref : gone) {
      var live = applier.find(ref).filter(applier::isOurs);
      live.ifPresent(object ->
          changes.add(
              new Change(
                  ref,
                  What.DELETE,
                  Difference.between(Optional.of(object), Optional.empty()),
                  "")));
    }
    return new Plan(changes, notes);
  }

  /**
   * What differs from what was applied, in the fields that we apply: an object that is gone, or a
   * field with another value.
   *
   * @param applied as they were applied last
   */
  public Plan drift(Collection<HasMetadata> applied) throws ClusterException {
    return plan(applied, List.of(), List.of());
  }

  private Change change(HasMetadata object) throws ClusterException {
    ObjectRef ref = ObjectRef.of(object);
    Optional<HasMetadata> live = applier.find(object);
    String refusal = "";
    try {
      applier.requireOurs(object, live);
      return change(ref, live, object, applier.dryRun(object, false));
    } catch (ClusterException e) {
      if (e.kind() != Kind.CONFLICT && e.kind() != Kind.REFUSED) {
        throw e;
      }
      refusal = e.reason();
    }
    return new Change(ref, What.REFUSED, Difference.between(live, forced(object)), refusal);
  }

  /**
   * What would be there if the fields were ours; the object itself where that is not to be known.
   */
  private Optional<HasMetadata> forced(HasMetadata object) {
    try {
      return Optional.of(applier.dryRun(object, true));
    } catch (ClusterException e) {
      return Optional.of(object);
    }
  }

  /** A new object is shown as we wrote it, and not with every default of the API server. */
  private static Change change(
      ObjectRef ref, Optional<HasMetadata> live, HasMetadata object, HasMetadata tried) {
    if (live.isEmpty()) {
      return new Change(
          ref, What.CREATE, Difference.between(Optional.empty(), Optional.of(object)), "");
    }
    String text = Difference.between(live, Optional.of(tried));
    return new Change(ref, text.isEmpty() ? What.KEEP : What.CHANGE, text, "");
  }

  /** Which secrets of a release have another version than those of the one before. */
  public static List<String> secrets(Optional<Rendered> before, Rendered after) {
    Map<String, SecretRef> was = before.map(Planner::byName).orElseGet(Map::of);
    Map<String, SecretRef> is = byName(after);
    List<String> lines = new ArrayList<>();
    var names = new TreeMap<String, SecretRef>(was);
    names.putAll(is);
    for (String name : names.keySet()) {
      String from = version(was.get(name));
      String to = version(is.get(name));
      if (!Objects.equals(from, to)) {
        lines.add("Secret \"%s\": %s, then %s".formatted(name, from, to));
      }
    }
    return lines;
  }

  private static String version(@Nullable SecretRef secret) {
    return secret == null ? "none" : "version " + secret.version();
  }

  private static Map<String, SecretRef> byName(Rendered release) {
    return release.release().runtime().secrets().stream()
        .collect(Collectors.toMap(SecretRef::name, Function.identity()));
  }
}
