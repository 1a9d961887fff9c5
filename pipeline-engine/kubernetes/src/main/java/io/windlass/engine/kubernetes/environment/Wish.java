package io.windlass.engine.kubernetes.environment;

import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is wanted of an environment. It is kept in the cluster, so that the work goes on from it
 * whatever becomes of the server.
 *
 * @param to the release that is to run, by number; 0 before the first
 * @param slot where that release is, or is to be
 * @param before what it takes the place of; empty once it has
 * @param division how the two share the fleets; {@link Division.Replace} where nothing was before
 * @param published the release whose objects beside the workloads (services, routes) are in force
 * @param totals replicas in all by process: of every process while two slots share the fleets, and
 *     of those that have no workload yet. Any other total is its workload's own size
 * @param replaced the release that it has wholly taken the place of, until that one is retired: so
 *     long it may be gone back to, and what serves now is on trial
 * @param reached while the release is on trial, how many replicas of it by process were ready when
 *     all was as wanted last; empty before that, and after the division has changed
 */
public record Wish(
    long to,
    Slot slot,
    Optional<Before> before,
    Division division,
    Optional<Long> published,
    Map<String, Integer> totals,
    Optional<Long> replaced,
    Map<String, Integer> reached) {
  /**
   * The release that another one takes the place of.
   *
   * @param proved false where it is left because it is no good: requests leave it at once
   */
  public record Before(long release, Slot slot, boolean proved) {}

  public Wish {
    totals = Map.copyOf(totals);
    reached = Map.copyOf(reached);
  }

  /** Where nothing was reached yet. */
  private Wish(
      long to,
      Slot slot,
      Optional<Before> before,
      Division division,
      Optional<Long> published,
      Map<String, Integer> totals,
      Optional<Long> replaced) {
    this(to, slot, before, division, published, totals, replaced, Map.of());
  }

  /** The same where nothing was wholly replaced, or what was is retired. */
  public Wish(
      long to,
      Slot slot,
      Optional<Before> before,
      Division division,
      Optional<Long> published,
      Map<String, Integer> totals) {
    this(to, slot, before, division, published, totals, Optional.empty());
  }

  /** Nothing yet. */
  public static final Wish NOTHING = first(0, Map.of());

  /** A first release: there is nothing to divide with. */
  public static Wish first(long to, Map<String, Integer> totals) {
    return new Wish(
        to, Slot.BLUE, Optional.empty(), new Division.Replace(), Optional.empty(), totals);
  }

  /** Whether two slots share the fleets, so that no workload's own size is the total. */
  public boolean divided() {
    return before.filter(b -> b.slot() != slot).isPresent();
  }

  /**
   * Whether what it takes the place of may still be gone back to. A release that is gone back to is
   * not: there is nothing else left.
   */
  public boolean onTrial() {
    return before.filter(Before::proved).isPresent() || replaced.isPresent();
  }

  /** Whether this release has, or may still have, a part in what runs. */
  public boolean names(long release) {
    return to == release || before.filter(b -> b.release() == release).isPresent();
  }

  /** The release that serves besides this one, or that this one takes, or took, the place of. */
  public Optional<Long> besides(long release) {
    return to == release
        ? before.map(Before::release).or(() -> replaced)
        : Optional.of(to).filter(number -> number > 0);
  }

  /**
   * The wish once somebody asks for this division.
   *
   * <p>A release comes into the other slot where it is to run beside what is there, else it
   * replaces the pods of the slot that serves. Going back finds the release before where it is. A
   * third one takes the place of the one that has not proved itself: of the newer one, or of what
   * is left of it while the one before is coming back.
   *
   * @param sizes what each workload that serves now is sized to, by process
   */
  public Wish shifted(long release, Division wanted, Map<String, Integer> sizes) {
    if (to == 0) {
      return first(release, totals);
    }
    if (release == to) {
      // Without a second slot there is nothing to divide with: it stays a replacement.
      return divided() && !division.equals(wanted)
          ? new Wish(to, slot, before, wanted, published, totals, replaced)
          : this;
    }
    if (before.isEmpty()) {
      boolean back = replaced.equals(Optional.of(release)) && wanted instanceof Division.Replace;
      Before serving = new Before(to, slot, !back);
      if (wanted instanceof Division.Replace) {
        return new Wish(release, slot, Optional.of(serving), wanted, published, totals);
      }
      Map<String, Integer> all = new HashMap<>(totals);
      all.putAll(sizes);
      return new Wish(release, slot.other(), Optional.of(serving), wanted, published, all);
    }
    Before kept = before.get();
    if (kept.release() == release) {
      Before left = new Before(to, slot, false);
      Division back = divided() ? wanted : new Division.Replace();
      return new Wish(release, kept.slot(), Optional.of(left), back, published, totals);
    }
    Division next = divided() ? wanted : new Division.Replace();
    return kept.proved()
        ? new Wish(release, slot, before, next, published, totals)
        : new Wish(
            release, kept.slot(), Optional.of(new Before(to, slot, true)), next, published, totals);
  }

  /**
   * Why this cannot be asked for now, in words.
   *
   * @return empty where it can
   */
  public Optional<String> objection(long release, Division wanted) {
    boolean third = before.filter(b -> b.release() != release).isPresent() && release != to;
    return third && !divided() && !(wanted instanceof Division.Replace)
        ? Optional.of(
            "release %d is still taking the place of release %d in the same pods, so that none is whole for release %d to stand beside; wait for that, or deploy with strategy rolling"
                .formatted(to, before.get().release(), release))
        : Optional.empty();
  }

  /** The same once the objects of the release beside its workloads are in force. */
  public Wish published(long release) {
    return new Wish(to, slot, before, division, Optional.of(release), totals, replaced, reached);
  }

  /**
   * The same once the release has wholly taken its place: its workloads' sizes are the totals. What
   * was said of a process that only a later release has stays.
   *
   * @param processes of the release
   */
  public Wish concluded(Set<String> processes) {
    Map<String, Integer> ahead = new HashMap<>();
    if (before.isEmpty()) {
      ahead.putAll(totals);
      ahead.keySet().removeAll(processes);
    }
    Optional<Long> left =
        before.isPresent() ? before.filter(Before::proved).map(Before::release) : replaced;
    return new Wish(
        to, slot, Optional.empty(), new Division.Replace(), published, ahead, left, reached);
  }

  /** The same once this release may not be gone back to any more. */
  public Wish retired(long release) {
    Optional<Long> left = replaced.filter(other -> other != release);
    Wish wish = new Wish(to, slot, before, division, published, totals, left);
    return wish.onTrial() ? wish.reached(reached) : wish;
  }

  /** The same with this total, where a total is kept here. */
  public Wish sized(String process, int total) {
    Map<String, Integer> sized = new TreeMap<>(totals);
    sized.put(process, total);
    return new Wish(to, slot, before, division, published, sized, replaced, reached);
  }

  /** The same once all is as wanted, with so many ready replicas of the release by process. */
  public Wish reached(Map<String, Integer> ready) {
    return new Wish(to, slot, before, division, published, totals, replaced, ready);
  }
}
