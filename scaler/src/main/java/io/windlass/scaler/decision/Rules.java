package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Memory.Change;
import io.windlass.scaler.decision.Memory.Level;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Rate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The rules between the largest wish and the size, in the order in which they apply. First come
 * those that doubt what was measured, then those that keep a fleet from shrinking too early, then
 * the rates, then the bounds, then whoever holds it, and last what the place can hold, which is
 * stronger than any wish of its owner.
 */
final class Rules {
  /** A rule looks at the size so far and may say another. */
  @FunctionalInterface
  interface Rule {
    Optional<Verdict> apply(Situation situation, int size);
  }

  /** Another size, and a clause that says why. */
  record Verdict(int size, String why) {}

  private record Named(String name, Rule rule) {}

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private static final List<Named> ORDERED =
      List.of(
          new Named("missing-signal", Rules::missingSignal),
          new Named("metric-cliff", Rules::metricCliff),
          new Named("impossible-jump", Rules::impossibleJump),
          new Named("starting", Rules::starting),
          new Named("outside-writer", Rules::outsideWriter),
          new Named("rebuilding", Rules::rebuilding),
          new Named("scale-in-hold", Rules::scaleInHold),
          new Named("projection", Rules::projection),
          new Named("scale-in-rate", Rules::scaleInRate),
          new Named("scale-out-rate", Rules::scaleOutRate),
          new Named("schedule", Schedule::rule),
          new Named("min", Rules::min),
          new Named("max", Rules::max),
          new Named("hold", Rules::hold),
          new Named("connections", Rules::connections),
          new Named("host-full", Rules::hostFull));

  private Rules() {}

  /** The rules' names, in order. */
  static List<String> names() {
    return ORDERED.stream().map(Named::name).toList();
  }

  /** Puts a size through every rule; what changed it, in order. */
  static List<Clamp> apply(Situation situation, int asked) {
    List<Clamp> clamps = new ArrayList<>();
    int size = asked;
    for (Named named : ORDERED) {
      int before = size;
      Optional<Verdict> verdict =
          named.rule().apply(situation, before).filter(v -> v.size() != before);
      if (verdict.isPresent()) {
        size = verdict.get().size();
        clamps.add(new Clamp(named.name(), before, size, verdict.get().why()));
      }
    }
    return clamps;
  }

  /** G1, G2, G3: never smaller on missing, stale, partial or impossible data. */
  private static Optional<Verdict> missingSignal(Situation s, int size) {
    return s.evidence().stream()
        .filter(evidence -> !evidence.whole())
        .findFirst()
        .flatMap(evidence ->
            noShrink(
                s,
                size,
                "a fleet never shrinks while %s has no whole data (%s)"
                    .formatted(Wishes.name(evidence.policy()), evidence.problem())));
  }

  /** G6: a total that halves at once is more often a broken exporter than users who left. */
  private static Optional<Verdict> metricCliff(Situation s, int size) {
    return doubted(s, level -> level.falls() > 0)
        .flatMap(evidence ->
            noShrink(s, size, doubt(s, evidence, "fell") + ", so for now the size stays"));
  }

  /**
   * G6: a total that is ten times larger at once grows the fleet, but only to its double until it
   * is confirmed.
   */
  private static Optional<Verdict> impossibleJump(Situation s, int size) {
    int doubled = Math.max(s.current() + 1, 2 * s.current());
    return size <= doubled
        ? Optional.empty()
        : doubted(s, level -> level.leaps() > 0)
            .map(evidence ->
                new Verdict(
                    doubled, doubt(s, evidence, "rose") + ", so for now the size only doubles"));
  }

  /** G9: what is on its way has not taken its part of the load yet. */
  private static Optional<Verdict> starting(Situation s, int size) {
    int starting = s.fleet().count(Replica.State.STARTING);
    return starting == 0
        ? Optional.empty()
        : noShrink(
            s,
            size,
            Amounts.replicas(starting) + (starting == 1 ? " is" : " are") + " still starting");
  }

  /** Whoever set the size by hand had a reason; it is believed for one window. */
  private static Optional<Verdict> outsideWriter(Situation s, int size) {
    return s.memory()
        .outside()
        .filter(outside -> s.now().isBefore(outside.until()))
        .flatMap(outside ->
            noShrink(
                s,
                size,
                "%s set the size to %d, which stays until %s"
                    .formatted(outside.writer(), outside.to(), clock(outside.until()))));
  }

  /** G5: after a start or a gap nobody knows what the windows would have said. */
  private static Optional<Verdict> rebuilding(Situation s, int size) {
    Instant known = s.memory().knownSince().orElse(s.now()).plus(s.lookback());
    return s.now().isBefore(known)
        ? noShrink(
            s,
            size,
            "its last %s are not known yet, so it may only grow until %s"
                .formatted(Amounts.duration(s.lookback()), clock(known)))
        : Optional.empty();
  }

  private static Optional<Verdict> scaleInHold(Situation s, int size) {
    Duration hold = s.scaling().scaleIn().hold();
    int floor = Math.min(s.current(), s.memory().largestDemand(s.now().minus(hold)));
    return size >= floor
        ? Optional.empty()
        : Optional.of(
            new Verdict(
                floor, "within the last %s it needed %d".formatted(Amounts.duration(hold), floor)));
  }

  /** G8: a size that the last window's peak would at once outgrow is no size. */
  private static Optional<Verdict> projection(Situation s, int size) {
    double peak = s.memory().peakLoad(s.now().minus(s.lookback()));
    int floor = Math.min(s.current(), Wishes.carry(peak / (1 + Defaults.TOLERANCE)));
    return size >= floor
        ? Optional.empty()
        : Optional.of(
            new Verdict(
                floor,
                "with fewer than %d the load of the last %s would make it grow again"
                    .formatted(floor, Amounts.duration(s.lookback()))));
  }

  private static Optional<Verdict> scaleInRate(Situation s, int size) {
    Rate rate = s.scaling().scaleIn().atMost();
    List<Change> changes =
        Memory.since(s.memory().changes(), Change::at, s.now().minus(rate.every()));
    int gone = changes.stream().mapToInt(change -> Math.max(0, change.from() - change.to())).sum();
    int allowed = Math.max(0, rate.shrinkFrom(base(s, changes)) - gone);
    return size >= s.current() - allowed
        ? Optional.empty()
        : Optional.of(new Verdict(s.current() - allowed, "at most %s may go".formatted(rate)));
  }

  private static Optional<Verdict> scaleOutRate(Situation s, int size) {
    Rate rate = s.scaling().scaleOut().atMost();
    List<Change> changes =
        Memory.since(s.memory().changes(), Change::at, s.now().minus(rate.every()));
    int come = changes.stream().mapToInt(change -> Math.max(0, change.to() - change.from())).sum();
    int allowed = Math.max(0, rate.growthFrom(base(s, changes)) - come);
    return size <= (long) s.current() + allowed
        ? Optional.empty()
        : Optional.of(new Verdict(s.current() + allowed, "at most %s may come".formatted(rate)));
  }

  /** The size at the beginning of the stretch that a rate looks at. */
  private static int base(Situation s, List<Change> changes) {
    return changes.isEmpty() ? s.current() : changes.getFirst().from();
  }

  private static Optional<Verdict> min(Situation s, int size) {
    int min = s.scaling().min();
    return size >= min
        ? Optional.empty()
        : Optional.of(new Verdict(min, min + " is the fewest allowed"));
  }

  private static Optional<Verdict> max(Situation s, int size) {
    int max = s.scaling().max();
    return size <= max
        ? Optional.empty()
        : Optional.of(new Verdict(max, max + " is the most allowed"));
  }

  /**
   * G10: a rollout, or whoever else asked, keeps the fleet from shrinking, also to a maximum that
   * came with what rolls out.
   */
  private static Optional<Verdict> hold(Situation s, int size) {
    return s.holds().stream().findFirst().flatMap(hold -> noShrink(s, size, holding(hold)));
  }

  private static String holding(Hold hold) {
    return "%s holds it until %s (%s)".formatted(hold.owner(), clock(hold.until()), hold.reason());
  }

  /** A surge passes, so it keeps the fleet from growing and does not shrink it. */
  private static Optional<Verdict> connections(Situation s, int size) {
    return s.scaling()
        .budgets()
        .connections()
        .flatMap(budget -> {
          int all = budget.replicas();
          int surge = s.fleet().surge();
          int cap = surge == 0 ? all : Math.max(Math.min(s.current(), all), all - surge);
          return size <= cap
              ? Optional.empty()
              : Optional.of(
                  new Verdict(
                      cap,
                      "%d connections at %d for each replica are enough for %d%s"
                          .formatted(
                              budget.limit(),
                              budget.perReplica(),
                              all,
                              surge == 0 ? "" : ", of which a rollout uses " + surge)));
        });
  }

  /**
   * A full place blocks growth; shrinking for it would move load onto fewer replicas of the same
   * full place.
   */
  private static Optional<Verdict> hostFull(Situation s, int size) {
    return s.fleet()
        .hostLimit()
        .filter(limit -> size > s.current() && size > limit.max())
        .map((Limit limit) -> new Verdict(Math.max(s.current(), limit.max()), limit.reason()));
  }

  private static Optional<Verdict> noShrink(Situation s, int size, String why) {
    return size >= s.current() ? Optional.empty() : Optional.of(new Verdict(s.current(), why));
  }

  private static Optional<Evidence> doubted(Situation s, Predicate<Level> by) {
    return s.evidence().stream()
        .filter(evidence -> {
          Level level = s.memory().levels().get(evidence.policy().key());
          return level != null && by.test(level);
        })
        .findFirst();
  }

  private static String doubt(Situation s, Evidence evidence, String moved) {
    Level level = s.memory().levels().getOrDefault(evidence.policy().key(), new Level(0, 0, 0, 0));
    return "the total of %s %s from %s to %s at once and is not believed before it is seen %d times"
        .formatted(
            Wishes.name(evidence.policy()),
            moved,
            Amounts.of(evidence.policy().signal(), level.believed()),
            Amounts.of(evidence.policy().signal(), level.seen()),
            Defaults.CONFIRMATIONS);
  }

  private static String clock(Instant moment) {
    return CLOCK.format(moment);
  }
}
