package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Input.Health;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A reading, judged: what may be believed of it.
 *
 * @param fault who is to blame if it is not whole
 * @param total over the replicas that serve, in the signal's unit; zero without data
 * @param divisor how many replicas {@code total} is of
 * @param coverage the part of the members that should have a sample and have one
 * @param problem why it is not whole; empty if it is
 */
record Evidence(
    Policy policy,
    Health health,
    Fault fault,
    double total,
    int divisor,
    Optional<Duration> age,
    double coverage,
    String problem,
    List<String> notes) {

  /** Who is to blame. */
  enum Fault {
    /** Nobody: it is whole. */
    NONE,
    /**
     * Replicas do not serve. More of them are no remedy, so that this never climbs the ladder of an
     * outage.
     */
    FLEET,
    /** What should have been measured was not. */
    SOURCE
  }

  static Evidence none(
      Policy policy,
      Health health,
      Fault fault,
      Optional<Duration> age,
      String problem,
      List<String> notes) {
    return new Evidence(policy, health, fault, 0, 0, age, 0, problem, notes);
  }

  /** Whether it may also shrink a fleet. */
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
}
