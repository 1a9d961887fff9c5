package io.windlass.engine.kubernetes.apply;

import io.windlass.engine.kubernetes.workload.Claims;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which objects a release may have brought to its namespace; all that pruning may look at. */
public final class Inventory {
  private Inventory() {}

  /** The objects of a release, with its processes' workloads in both slots. */
  public static SortedSet<ObjectRef> of(Rendered release) {
    return Stream.of(Slot.values())
        .flatMap(slot -> release.all(slot).stream())
        .map(ObjectRef::of)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The same without the claims of volumes, which outlive releases and environments. */
  public static SortedSet<ObjectRef> passing(Rendered release) {
    SortedSet<ObjectRef> passing = of(release);
    passing.removeAll(Claims.among(release.objects()).map(ObjectRef::of).toList());
    return passing;
  }

  /** What {@code before} may have brought and {@code after} has no more; never a volume's claim. */
  public static SortedSet<ObjectRef> gone(Rendered before, Rendered after) {
    SortedSet<ObjectRef> gone = passing(before);
    gone.removeAll(of(after));
    return gone;
  }
}
