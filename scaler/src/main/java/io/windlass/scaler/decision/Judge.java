package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Evidence.Fault;
import io.windlass.scaler.decision.Input.Health;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Judges what was read for one policy against the fleet that it was read of (guards G1 to G3).
 *
 * <p>Only replicas that serve are summed: what starts is not warm, what failed is not there. A
 * serving one without a sample is taken for an average one as long as enough of the others are
 * covered; with fewer, what was measured is a lower bound, as if the others did nothing.
 */
record Judge(Policy policy, FleetState fleet, Duration interval, Instant now) {
  Evidence judge(Reading reading) {
    return switch (reading) {
      case Reading.Missing missing -> missing(missing.reason(), List.of());
      case Reading.Total total -> total(total);
      case Reading.PerReplica each -> replicas(each);
    };
  }

  /** Nobody read for the policy. */
  Evidence unread() {
    return missing("it was not read", List.of());
  }

  /**
   * Where the source names the replicas behind a total, too few of them make it a lower bound like
   * any other.
   */
  private Evidence total(Reading.Total reading) {
    Duration age = age(reading.sample().at());
    double value = reading.sample().value();
    if (tooOld(age)) {
      return stale(age, reading.notes());
    }
    if (value < 0) {
      return negative(value, reading.notes());
    }
    List<Replica> ready = fleet.in(State.READY);
    boolean known = !reading.members().isEmpty();
    long fresh =
        ready.stream()
            .map(replica -> reading.members().get(replica.id()))
            .filter(at -> at != null && !tooOld(age(at)))
            .count();
    Cover cover =
        new Cover(
            known ? (int) fresh : 1,
            known ? ready.size() : 1,
            known ? broken() : 0,
            reading.partial());
    return evidence(cover, value, fleet.wanted(), age, reading.notes());
  }

  private Evidence replicas(Reading.PerReplica reading) {
    List<Replica> ready = fleet.in(State.READY);
    List<Replica> warm = warm(ready);
    if (warm.isEmpty()) {
      String problem =
          ready.isEmpty()
              ? "no replica is ready"
              : "no replica has been ready for " + Amounts.duration(Defaults.WARM_UP);
      return Evidence.none(
          policy, Health.MISSING, Fault.FLEET, Optional.empty(), problem, reading.notes());
    }
    List<Sample> samples =
        warm.stream().map(r -> reading.samples().get(r.id())).filter(Objects::nonNull).toList();
    List<Sample> fresh = samples.stream().filter(sample -> !tooOld(age(sample.at()))).toList();
    if (fresh.isEmpty()) {
      return samples.isEmpty()
          ? missing("no ready replica has a sample", reading.notes())
          : stale(newest(samples), reading.notes());
    }
    double sum = fresh.stream().mapToDouble(Sample::value).sum();
    if (fresh.stream().anyMatch(sample -> sample.value() < 0)) {
      return negative(sum, reading.notes());
    }
    Cover cover = new Cover(fresh.size(), warm.size(), broken(), reading.partial());
    List<String> notes = new ArrayList<>(reading.notes());
    if (warm.size() < ready.size()) {
      notes.add(
          "%s just started and taken for average in %s"
              .formatted(Amounts.replicas(ready.size() - warm.size()), policy.signal().name()));
    }
    return cover.enough()
        ? evidence(cover, sum / fresh.size() * ready.size(), ready.size(), oldest(fresh), notes)
        : evidence(cover, sum, fresh.size(), oldest(fresh), notes);
  }

  /**
   * How much of a fleet a reading covers.
   *
   * @param fresh replicas with a sample that is not too old
   * @param serving replicas that should have one
   * @param broken replicas that should serve and do not
   * @param partial the source says itself that its answer is incomplete
   */
  private record Cover(int fresh, int serving, int broken, boolean partial) {
    double coverage() {
      int members = serving + broken;
      return members == 0 ? 1 : (double) fresh / members;
    }

    boolean enough() {
      return coverage() >= Defaults.COVERAGE && !partial;
    }

    Fault fault() {
      if (enough()) {
        return Fault.NONE;
      }
      return partial || fresh < serving * Defaults.COVERAGE ? Fault.SOURCE : Fault.FLEET;
    }

    String problem() {
      if (partial) {
        return "the source says that its answer is incomplete";
      }
      return switch (fault()) {
        case NONE -> "";
        case SOURCE -> "only %d of %s have a sample".formatted(fresh, Amounts.replicas(serving));
        case FLEET ->
            "only %d of %s are ready".formatted(serving, Amounts.replicas(serving + broken));
      };
    }
  }

  private Evidence evidence(
      Cover cover, double total, int divisor, Duration age, List<String> notes) {
    return new Evidence(
        policy,
        cover.enough() ? Health.WHOLE : Health.PARTIAL,
        cover.fault(),
        total,
        divisor,
        Optional.of(age),
        cover.coverage(),
        cover.problem(),
        notes);
  }

  /** What a replica burns while it starts says nothing about its load; what it is sent does. */
  private List<Replica> warm(List<Replica> ready) {
    return policy.signal() instanceof Signal.Cpu
        ? ready.stream().filter(r -> !r.since().plus(Defaults.WARM_UP).isAfter(now)).toList()
        : ready;
  }

  private int broken() {
    return fleet.count(State.UNREADY) + fleet.count(State.FAILED);
  }

  private Evidence stale(Duration age, List<String> notes) {
    String problem = "its newest sample is " + Amounts.duration(age) + " old";
    return Evidence.none(policy, Health.STALE, Fault.SOURCE, Optional.of(age), problem, notes);
  }

  private Evidence negative(double value, List<String> notes) {
    return missing("its value " + Amounts.of(policy.signal(), value) + " is negative", notes);
  }

  private Evidence missing(String problem, List<String> notes) {
    return Evidence.none(policy, Health.MISSING, Fault.SOURCE, Optional.empty(), problem, notes);
  }

  private Duration oldest(List<Sample> samples) {
    return samples.stream().map(s -> age(s.at())).max(Duration::compareTo).orElse(Duration.ZERO);
  }

  private Duration newest(List<Sample> samples) {
    return samples.stream().map(s -> age(s.at())).min(Duration::compareTo).orElse(Duration.ZERO);
  }

  /**
   * A sample from the future is as fresh as one of now: the source has translated the clocks as
   * well as it can.
   */
  private Duration age(Instant at) {
    Duration age = Duration.between(at, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * Two samples' time, or half of a long window, which is sampled rarely; but no less than is usual
   * (guard G3).
   */
  private boolean tooOld(Duration age) {
    return age.compareTo(Defaults.MAX_AGE) > 0
        && age.compareTo(interval.multipliedBy(2)) > 0
        && age.compareTo(policy.window().dividedBy(2)) > 0;
  }
}
