package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Memory.Change;
import io.windlass.scaler.decision.Memory.Demand;
import io.windlass.scaler.decision.Memory.Level;
import io.windlass.scaler.decision.Memory.Load;
import io.windlass.scaler.decision.Memory.Outside;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Wish;
import io.windlass.scaler.signal.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** Decides how large a fleet should be. */
public final class Decide {
  private Decide() {}

  /**
   * One evaluation. Total and deterministic: the same arguments make the same decision, to the
   * letter.
   *
   * @param memory what the last evaluation of this fleet returned; {@link Memory#EMPTY} before the
   *     first
   * @param now the moment of this evaluation
   */
  public static Decided decide(Scaling scaling, Observation seen, Memory memory, Instant now) {
    FleetState fleet = seen.fleet();
    Memory sized = Continuity.adopt(continuous(memory, now), fleet, scaling, now);
    List<Evidence> evidence = judge(scaling, seen, now);
    Memory believed = believe(sized, evidence, fleet.wanted(), now);
    List<Wish> wishes =
        evidence.stream().map(e -> wish(e, scaling, believed, fleet.wanted(), now)).toList();
    int asked =
        wishes.stream().flatMapToInt(w -> w.replicas().stream()).max().orElse(fleet.wanted());
    Memory remembered = remember(believed, evidence, asked, scaling, fleet.wanted(), now);
    List<Hold> holds =
        seen.holds().stream().filter(h -> h.fleet().equals(fleet.id()) && h.activeAt(now)).toList();
    List<Clamp> clamps =
        Rules.apply(new Situation(scaling, fleet, evidence, holds, remembered, now), asked);
    int result = clamps.isEmpty() ? asked : clamps.getLast().after();
    Decision decision =
        new Decision(
            fleet.id(),
            now,
            fleet.wanted(),
            fleet.count(Replica.State.READY),
            fleet.count(Replica.State.STARTING),
            evidence.stream().map(Evidence::input).toList(),
            wishes,
            clamps,
            result,
            Sentence.of(scaling.observed(), fleet.wanted(), result, wishes, clamps),
            notes(memory, remembered, evidence));
    return new Decided(decision, remembered);
  }

  /** Whether what is remembered has no hole up to this moment. */
  public static boolean remembers(Memory memory, Instant now) {
    return memory
        .last()
        .filter(last -> !last.isAfter(now) && !last.plus(Defaults.GAP).isBefore(now))
        .isPresent();
  }

  /**
   * Fills the windows from history (guard G5), so that a fleet need not wait for them after a
   * start. Where the history of any policy begins late or has a hole, nothing is filled.
   *
   * @param totals for each policy, in order, its fleet's total over the last {@link #lookback},
   *     oldest first
   */
  public static Memory rebuild(
      Memory memory, Scaling scaling, List<List<Sample>> totals, Instant now) {
    return History.rebuild(memory, scaling, totals, now);
  }

  /** How far back a fleet of this policy looks before it shrinks. */
  public static Duration lookback(Scaling scaling) {
    return Situation.lookback(scaling);
  }

  /**
   * A pause longer than {@link Defaults#GAP}, or a clock set back, leaves a hole in what is
   * remembered.
   */
  private static Memory continuous(Memory memory, Instant now) {
    return remembers(memory, now) ? memory.evaluated(now) : memory.begunAgain(now);
  }

  private static List<Evidence> judge(Scaling scaling, Observation seen, Instant now) {
    List<Evidence> evidence = new ArrayList<>();
    for (int i = 0; i < scaling.policies().size(); i++) {
      Judge judge = new Judge(scaling.policies().get(i), seen.fleet(), seen.interval(), now);
      evidence.add(
          i < seen.readings().size() ? judge.judge(seen.readings().get(i)) : judge.unread());
    }
    return evidence;
  }

  private static Memory believe(Memory memory, List<Evidence> evidence, int current, Instant now) {
    Map<String, Level> levels = new TreeMap<>();
    Map<String, Instant> missing = new TreeMap<>();
    for (Evidence one : evidence) {
      String key = one.policy().key();
      Level before = memory.levels().get(key);
      if (one.usable()) {
        levels.put(key, Doubt.next(Optional.ofNullable(before), one, current));
      } else if (before != null) {
        levels.put(key, before);
      }
      if (one.fault() == Evidence.Fault.SOURCE) {
        missing.put(key, memory.missingSince().getOrDefault(key, now));
      }
    }
    return memory.believing(levels, missing);
  }

  private static Wish wish(
      Evidence evidence, Scaling scaling, Memory memory, int current, Instant now) {
    Instant since = memory.missingSince().getOrDefault(evidence.policy().key(), now);
    return Wishes.of(evidence, current, scaling.onMissingSignal(), since, now);
  }

  /**
   * What is not known counts as a need for the present size, so that an outage cannot pass for
   * idleness.
   */
  private static Memory remember(
      Memory memory,
      List<Evidence> evidence,
      int asked,
      Scaling scaling,
      int current,
      Instant now) {
    boolean whole = evidence.stream().allMatch(Evidence::whole);
    int demand = Math.min(scaling.max(), whole ? asked : Math.max(asked, current));
    Optional<Load> load =
        evidence.stream()
            .filter(Evidence::usable)
            .map(Wishes::load)
            .max(Comparator.naturalOrder())
            .map(replicas -> new Load(now, replicas));
    return memory.adding(new Demand(now, demand), load, Situation.lookback(scaling));
  }

  private static List<String> notes(Memory before, Memory after, List<Evidence> evidence) {
    List<String> notes = new ArrayList<>();
    after
        .outside()
        .filter(outside -> !before.outside().equals(Optional.of(outside)))
        .ifPresent(o ->
            notes.add(
                "%s set the size from %d to %d; it was adopted"
                    .formatted(o.writer(), o.from(), o.to())));
    evidence.stream().flatMap(e -> e.notes().stream()).distinct().forEach(notes::add);
    return notes;
  }

  /** Whether the size that is found is the one that was left, and what to do if it is not. */
  private static final class Continuity {
    static Memory adopt(Memory memory, FleetState fleet, Scaling scaling, Instant now) {
      Duration longest =
          longer(scaling.scaleIn().atMost().every(), scaling.scaleOut().atMost().every());
      List<Change> changes =
          new ArrayList<>(Memory.since(memory.changes(), Change::at, now.minus(longest)));
      int wanted = fleet.wanted();
      int expected = memory.pending().map(Change::from).orElse(memory.seen().orElse(wanted));
      memory.pending().filter(change -> change.to() == wanted).ifPresent(changes::add);
      boolean ours =
          memory.pending().filter(change -> change.to() == wanted).isPresent()
              || expected == wanted;
      Optional<Outside> outside = memory.outside().filter(o -> now.isBefore(o.until()));
      if (!ours) {
        changes.add(new Change(now, expected, wanted));
        String writer =
            fleet.lastWriter().filter(w -> !w.equals("windlass")).orElse("somebody else");
        outside =
            Optional.of(
                new Outside(writer, expected, wanted, now.plus(Situation.lookback(scaling))));
      }
      return memory.copy(OptionalInt.of(wanted), Optional.empty(), changes, outside);
    }

    private static Duration longer(Duration a, Duration b) {
      return a.compareTo(b) > 0 ? a : b;
    }
  }

  /**
   * Which totals are believed at once and which only when they have been seen a few times (guard
   * G6).
   */
  private static final class Doubt {
    static Level next(Optional<Level> before, Evidence evidence, int current) {
      double total = evidence.total();
      if (before.isEmpty()) {
        return new Level(total, total, 0, 0);
      }
      Level level = before.get();
      int falls = evidence.whole() && isCliff(level.believed(), evidence) ? level.falls() + 1 : 0;
      int leaps = isLeap(level.believed(), evidence, current) ? level.leaps() + 1 : 0;
      boolean doubted = falls > 0 || leaps > 0;
      if (doubted && falls < Defaults.CONFIRMATIONS && leaps < Defaults.CONFIRMATIONS) {
        return new Level(level.believed(), total, falls, leaps);
      }
      return evidence.whole() || leaps > 0
          ? new Level(total, total, 0, 0)
          : new Level(level.believed(), total, 0, 0);
    }

    /** A fall that is worth less than one replica is none, however steep. */
    private static boolean isCliff(double believed, Evidence evidence) {
      return evidence.total() < believed * (1 - Defaults.CLIFF)
          && Wishes.load(evidence.policy(), believed - evidence.total()) >= 1;
    }

    private static boolean isLeap(double believed, Evidence evidence, int current) {
      int leap = Math.max(Defaults.LEAP * current, current + Defaults.LEAP);
      return evidence.total() > believed * Defaults.JUMP
          && Wishes.carry(Wishes.load(evidence)) >= leap;
    }
  }
}
