package io.windlass.scaler.decision;

import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling.OnMissingSignal;
import io.windlass.scaler.policy.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/** What each policy wishes for, given its evidence. */
final class Wishes {
  private static final int ENDLESS = 1_000_000;

  private Wishes() {}

  /**
   * One policy's wish. A signal that is not whole may wish for growth by what is known, and after
   * its time on the ladder (guard G4) for the floor that its owner named; it never wishes for fewer
   * than there are.
   *
   * @param missingSince since when the signal is not whole; ignored if it is
   */
  static Wish of(
      Evidence evidence, int current, OnMissingSignal ladder, Instant missingSince, Instant now) {
    return switch (evidence.policy()) {
      case Policy.TargetTracking tracking ->
          evidence.whole()
              ? track(tracking, evidence, current)
              : climb(tracking, evidence, current, ladder, Duration.between(missingSince, now));
    };
  }

  /** A load in replicas' worth: how many replicas would each be exactly at the target. */
  static double load(Policy policy, double total) {
    return switch (policy) {
      case Policy.TargetTracking tracking -> total / tracking.perReplica();
    };
  }

  static double load(Evidence evidence) {
    return load(evidence.policy(), evidence.total());
  }

  /**
   * How many replicas carry a load: rounded up, where a billionth above a whole number is still the
   * whole number.
   */
  static int carry(double load) {
    return (int) Math.clamp(Math.ceil(load - 1e-9), 1, ENDLESS);
  }

  private static Wish track(Policy.TargetTracking policy, Evidence evidence, int current) {
    double load = load(evidence);
    String is = measured(policy, evidence);
    if (current > 0 && Math.abs(load / current - 1) <= Defaults.TOLERANCE + 1e-9) {
      return new Wish(policy.key(), OptionalInt.of(current), is + ", which is close enough");
    }
    int replicas = carry(load);
    return new Wish(
        policy.key(), OptionalInt.of(replicas), is + ", which needs " + Amounts.replicas(replicas));
  }

  private static Wish climb(
      Policy.TargetTracking policy,
      Evidence evidence,
      int current,
      OnMissingSignal ladder,
      Duration missing) {
    double load = evidence.usable() ? load(evidence) : 0;
    int known = load > current * (1 + Defaults.TOLERANCE) ? carry(load) : 0;
    boolean overdue =
        evidence.fault() == Evidence.Fault.SOURCE && missing.compareTo(ladder.hold()) >= 0;
    int floor = overdue ? ladder.thenAtLeast().orElse(0) : 0;
    String problem = name(policy) + " has no whole data (" + evidence.problem() + ")";
    if (known >= floor && known > current) {
      return new Wish(
          policy.key(),
          OptionalInt.of(known),
          "%s, but what is known alone needs %s".formatted(problem, Amounts.replicas(known)));
    }
    if (floor > 0) {
      return new Wish(
          policy.key(),
          OptionalInt.of(Math.max(floor, current)),
          "%s for %s, for which at least %d are wanted"
              .formatted(problem, Amounts.duration(missing), floor));
    }
    return new Wish(policy.key(), OptionalInt.empty(), problem);
  }

  private static String measured(Policy.TargetTracking policy, Evidence evidence) {
    return "%s is at %s per replica where %s is wanted"
        .formatted(
            name(policy),
            Amounts.of(policy.signal(), evidence.perReplica()),
            Amounts.of(policy.signal(), policy.perReplica()));
  }

  /** The key, short enough for a sentence. */
  static String name(Policy policy) {
    String key = policy.key();
    return key.length() <= 60 ? key : key.substring(0, 57) + "...";
  }
}
