package io.windlass.engine.local.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Moves a fleet to its {@link Wish}.
 *
 * <p>A move is start, wait until ready, drain, in portions of the surge. The rules, in order of
 * weight: never drain a ready replica when fewer than the wanted total would stay ready; never have
 * more than total and surge; a release that fails keeps its hands off what still runs of the one
 * before, and growth falls to that one meanwhile.
 */
public final class Planner {
  private final Duration settle;

  /**
   * Plans with this patience.
   *
   * @param settle how long a replica of the new release must have been ready before it stands for
   *     an old one
   */
  public Planner(Duration settle) {
    this.settle = settle;
  }

  /**
   * What to do now. Asked again with the same things it answers the same.
   *
   * @param room how many more replicas the machine can take
   */
  public List<Action> plan(Wish wish, List<Slot> slots, int room, Instant now) {
    List<Action> actions = new ArrayList<>();
    slots.stream()
        .filter(s -> s.waitsForRetry() && !s.retryAt().isAfter(now))
        .forEach(s -> actions.add(new Action.Restart(s.id())));
    List<Slot> staying = new ArrayList<>(slots.stream().filter(Slot::stays).toList());
    drains(wish, staying, now)
        .forEach(s -> {
          actions.removeIf(a -> a.equals(new Action.Restart(s.id())));
          actions.add(new Action.Drain(s.id()));
          staying.remove(s);
        });
    starts(wish, staying, room).forEach(r -> actions.add(new Action.Start(r)));
    return actions;
  }

  /** How many of this release there shall be, as things stand. */
  public static int target(Wish wish, List<Slot> slots, String release) {
    if (release.equals(wish.to())) {
      return wish.ofTo();
    }
    if (wish.from().filter(release::equals).isEmpty()) {
      return 0;
    }
    if (!wish.failing()) {
      return wish.ofFrom();
    }
    long readyOfTo = slots.stream().filter(s -> s.ready() && s.release().equals(wish.to())).count();
    return (int) Math.max(wish.ofFrom(), wish.wanted() - readyOfTo);
  }

  /** Whether replicas were to be started now if the machine had room for any number. */
  public static boolean wantsMore(Wish wish, List<Slot> slots) {
    return !starts(wish, slots.stream().filter(Slot::stays).toList(), Integer.MAX_VALUE).isEmpty();
  }

  private List<Slot> drains(Wish wish, List<Slot> staying, Instant now) {
    List<Slot> chosen = new ArrayList<>();
    Set<String> releases = new LinkedHashSet<>();
    staying.forEach(s -> releases.add(s.release()));
    // What has no share goes first, the new release last.
    List<String> order = new ArrayList<>(releases);
    order.sort(
        Comparator.comparingInt(
            r -> r.equals(wish.to()) ? 2 : wish.from().filter(r::equals).isPresent() ? 1 : 0));
    long counted = staying.stream().filter(s -> counts(s, wish, now)).count();
    boolean newIsUp =
        staying.stream().anyMatch(s -> s.release().equals(wish.to()) && counts(s, wish, now));
    for (String release : order) {
      List<Slot> mine =
          new ArrayList<>(staying.stream().filter(s -> s.release().equals(release)).toList());
      mine.sort(LEAST_WORTH_FIRST);
      int excess = mine.size() - target(wish, staying, release);
      for (Slot slot : mine) {
        if (excess <= 0) {
          break;
        }
        boolean mayGo =
            slot.ready()
                ? counted - (counts(slot, wish, now) ? 1 : 0) >= wish.wanted()
                // Unready today may be ready tomorrow: kept until the new release has shown itself.
                : release.equals(wish.to()) || newIsUp || wish.wanted() == 0;
        if (mayGo) {
          chosen.add(slot);
          excess--;
          counted -= counts(slot, wish, now) ? 1 : 0;
        }
      }
    }
    return chosen;
  }

  private static List<String> starts(Wish wish, List<Slot> staying, int room) {
    List<String> starts = new ArrayList<>();
    int total = Math.max(wish.wanted(), wish.ofTo() + wish.ofFrom());
    int left = Math.min(room, total + wish.surge() - staying.size());
    List<String> order = new ArrayList<>();
    // What is known to come up restores capacity first.
    if (wish.failing()) {
      wish.from().ifPresent(order::add);
      order.add(wish.to());
    } else {
      order.add(wish.to());
      wish.from().ifPresent(order::add);
    }
    for (String release : order) {
      long have = staying.stream().filter(s -> s.release().equals(release)).count();
      for (long n = have; n < target(wish, staying, release) && left > 0; n++, left--) {
        starts.add(release);
      }
    }
    return starts;
  }

  /** Whether it stands for capacity: ready, and for long enough where it is new. */
  private boolean counts(Slot slot, Wish wish, Instant now) {
    return slot.ready()
        && (!slot.release().equals(wish.to())
            || wish.from().isEmpty()
            || !slot.since().plus(settle).isAfter(now));
  }

  /** Those that wait or have not come up, then the youngest. */
  private static final Comparator<Slot> LEAST_WORTH_FIRST =
      Comparator.comparingInt((Slot s) ->
              switch (s.phase()) {
                case CRASH_LOOPING -> 0;
                case BACKOFF -> 1;
                case STARTING -> 2;
                case UNREADY -> 3;
                case READY -> 4;
                case DRAINING, STOPPING -> 5;
              })
          .thenComparing(Slot::born, Comparator.reverseOrder())
          .thenComparing(Slot::id);
}
