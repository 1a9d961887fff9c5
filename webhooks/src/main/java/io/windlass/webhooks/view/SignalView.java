package io.windlass.webhooks.view;

import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.decision.Input;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.signal.Signal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One signal of a fleet against its target.
 *
 * @param target per replica, in words
 * @param now per replica, in words; empty without data
 * @param health empty before the first evaluation with this policy
 * @param problem why it is not whole
 */
public record SignalView(
    String name,
    String target,
    String now,
    Optional<Mark> health,
    Optional<String> problem,
    Optional<Chart> chart) {
  /**
   * Makes the view of a policy's signal.
   *
   * @param trail the fleet's decisions, oldest first
   */
  public static SignalView of(Policy policy, List<Decision> trail) {
    Signal signal = policy.signal();
    double target =
        switch (policy) {
          case Policy.TargetTracking tracking -> tracking.perReplica();
        };
    List<Chart.Point> points =
        trail.stream()
            .map(decision ->
                new Chart.Point(
                    decision.at(),
                    input(decision, policy).map(Input::perReplica).orElse(OptionalDouble.empty())))
            .toList();
    Optional<Input> newest = trail.isEmpty() ? Optional.empty() : input(trail.getLast(), policy);
    Chart.Axis axis =
        new Chart.Axis(
            value -> Amounts.of(signal, value),
            signal instanceof Signal.NetworkIn || signal instanceof Signal.NetworkOut ? 1024 : 10,
            false,
            Chart.Form.LINE);
    return new SignalView(
        policy.key(),
        Amounts.of(signal, target),
        newest.map(Input::shown).orElse(""),
        newest.map(Input::health).map(Marks::of),
        newest.flatMap(Input::problem),
        Chart.of(
            List.of(new Chart.Series("per replica", points)), OptionalDouble.of(target), axis));
  }

  private static Optional<Input> input(Decision decision, Policy policy) {
    return decision.inputs().stream()
        .filter(input -> input.policy().equals(policy.key()))
        .findFirst();
  }

  /** A fleet's sizes over time. */
  public static Optional<Chart> sizes(List<Decision> trail) {
    Chart.Axis axis =
        new Chart.Axis(value -> Long.toString(Math.round(value)), 10, true, Chart.Form.STEPS);
    return Chart.of(
        List.of(
            series("wanted", trail, Decision::result),
            series("ready", trail, Decision::ready),
            series("starting", trail, Decision::starting)),
        OptionalDouble.empty(),
        axis);
  }

  private static Chart.Series series(
      String name, List<Decision> trail, java.util.function.ToIntFunction<Decision> size) {
    return new Chart.Series(
        name,
        trail.stream()
            .map(decision ->
                new Chart.Point(decision.at(), OptionalDouble.of(size.applyAsInt(decision))))
            .toList());
  }
}
