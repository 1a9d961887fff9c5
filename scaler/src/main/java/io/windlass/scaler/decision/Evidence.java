package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Input.Health;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A reading, judged (guards G1 to G3): what may be believed of it, and what of it belongs to
 * replicas that count.
 *
 * @param total over the replicas that serve, in the signal's unit; zero without data
 * @param divisor how many replicas {@code total} is of
 * @param problem why it is not whole; empty if it is
 */
record Evidence(
    Policy policy,
    Health health,
    double total,
    int divisor,
    Optional<Duration> age,
    double coverage,
    String problem,
    List<String> notes) {

  /** Judges a reading against the fleet that it was taken of. */
  static Evidence of(Policy policy, Reading reading, FleetState fleet, Instant now) {
    return switch (reading) {
      case Reading.Missing missing ->
          none(policy, Health.MISSING, Optional.empty(), missing.reason(), List.of());
      case Reading.Total total -> ofTotal(policy, total, fleet, now);
      case Reading.PerReplica each -> ofReplicas(policy, each, fleet, now);
    };
  }

  /** A policy that nobody read for. */
  static Evidence unread(Policy policy) {
    return none(policy, Health.MISSING, Optional.empty(), "it was not read", List.of());
  }

  boolean whole() {
    return health == Health.WHOLE;
  }

  /** Whether there is a number that may at least grow the fleet. */
  boolean usable() {
    return health == Health.WHOLE || health == Health.PARTIAL;
  }

  double perReplica() {
    return total / Math.max(1, divisor);
  }

  Input input() {
    return new Input(
        policy.key(),
        health,
        usable() ? OptionalDouble.of(total) : OptionalDouble.empty(),
        usable() ? OptionalDouble.of(perReplica()) : OptionalDouble.empty(),
        usable() ? Amounts.of(policy.signal(), perReplica()) : "",
        age,
        coverage,
        problem.isEmpty() ? Optional.empty() : Optional.of(problem));
  }

  /**
   * Where the source names the replicas behind a total, too few of them make it a lower bound like
   * any other.
   */
  private static Evidence ofTotal(
      Policy policy, Reading.Total reading, FleetState fleet, Instant now) {
    Duration age = age(reading.sample().at(), now);
    if (age.compareTo(maxAge(policy)) > 0) {
      return none(policy, Health.STALE, Optional.of(age), tooOld(age), reading.notes());
    }
    if (reading.sample().value() < 0) {
      return negative(policy, reading.sample().value(), reading.notes());
    }
    double coverage = coverage(policy, reading, fleet, now);
    boolean enough = coverage >= Defaults.COVERAGE && !reading.partial();
    return new Evidence(
        policy,
        enough ? Health.WHOLE : Health.PARTIAL,
        reading.sample().value(),
        fleet.wanted(),
        Optional.of(age),
        coverage,
        enough ? "" : incomplete(reading.partial(), coverage),
        reading.notes());
  }

  private static double coverage(
      Policy policy, Reading.Total reading, FleetState fleet, Instant now) {
    int expected = expected(fleet);
    if (reading.members().isEmpty() || expected == 0) {
      return 1;
    }
    long fresh =
        fleet.in(Replica.State.READY).stream()
            .map(replica -> reading.members().get(replica.id()))
            .filter(at -> at != null && age(at, now).compareTo(maxAge(policy)) <= 0)
            .count();
    return (double) fresh / expected;
  }

  /**
   * Those that should have a sample: what starts is not warm yet, and what stops is no longer of
   * interest.
   */
  private static int expected(FleetState fleet) {
    return fleet.count(Replica.State.READY)
        + fleet.count(Replica.State.UNREADY)
        + fleet.count(Replica.State.FAILED);
  }

  private static String incomplete(boolean partial, double coverage) {
    return partial
        ? "the source says that its answer is incomplete"
        : "only %d%% of the replicas have a sample".formatted((int) (coverage * 100));
  }

  /**
   * Only replicas that serve are summed: what starts is not warm, what failed is not there. A
   * serving one without a sample is taken for an average one as long as enough of the others are
   * covered; with fewer, what was measured is a lower bound, as if the others did nothing.
   */
  private static Evidence ofReplicas(
      Policy policy, Reading.PerReplica reading, FleetState fleet, Instant now) {
    List<Replica> ready = fleet.in(Replica.State.READY);
    int expected = expected(fleet);
    if (ready.isEmpty()) {
      return none(policy, Health.MISSING, Optional.empty(), "no replica is ready", reading.notes());
    }
    List<Sample> samples =
        ready.stream().map(r -> reading.samples().get(r.id())).filter(Objects::nonNull).toList();
    Optional<Duration> oldest =
        samples.stream().map(s -> age(s.at(), now)).max(Duration::compareTo);
    List<Sample> fresh =
        samples.stream().filter(s -> age(s.at(), now).compareTo(maxAge(policy)) <= 0).toList();
    if (fresh.isEmpty()) {
      return oldest
          .map(age -> none(policy, Health.STALE, oldest, tooOld(age), reading.notes()))
          .orElseGet(() ->
              none(
                  policy,
                  Health.MISSING,
                  oldest,
                  "no ready replica has a sample",
                  reading.notes()));
    }
    double sum = fresh.stream().mapToDouble(Sample::value).sum();
    if (fresh.stream().anyMatch(sample -> sample.value() < 0)) {
      return negative(policy, sum, reading.notes());
    }
    double coverage = (double) fresh.size() / expected;
    Optional<Duration> age = fresh.stream().map(s -> age(s.at(), now)).max(Duration::compareTo);
    boolean enough = coverage >= Defaults.COVERAGE && !reading.partial();
    String problem = enough ? "" : incomplete(reading.partial(), coverage);
    return new Evidence(
        policy,
        enough ? Health.WHOLE : Health.PARTIAL,
        enough ? sum / fresh.size() * ready.size() : sum,
        enough ? ready.size() : fresh.size(),
        age,
        coverage,
        problem,
        reading.notes());
  }

  private static Evidence none(
      Policy policy, Health health, Optional<Duration> age, String problem, List<String> notes) {
    return new Evidence(policy, health, 0, 0, age, 0, problem, notes);
  }

  private static Evidence negative(Policy policy, double value, List<String> notes) {
    return none(
        policy,
        Health.MISSING,
        Optional.empty(),
        "its value " + Amounts.of(policy.signal(), value) + " is negative",
        notes);
  }

  private static String tooOld(Duration age) {
    return "its newest sample is " + Amounts.duration(age) + " old";
  }

  /**
   * A sample from the future is as fresh as one of now: the source has translated the clocks as
   * well as it can.
   */
  private static Duration age(Instant at, Instant now) {
    Duration age = Duration.between(at, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /** A long window is sampled rarely: half of it is then normal. */
  private static Duration maxAge(Policy policy) {
    Duration half = policy.window().dividedBy(2);
    return half.compareTo(Defaults.MAX_AGE) > 0 ? half : Defaults.MAX_AGE;
  }
}
