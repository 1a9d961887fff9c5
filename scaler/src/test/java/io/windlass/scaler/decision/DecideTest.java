package io.windlass.scaler.decision;

import static io.windlass.scaler.decision.Scene.ANY;
import static io.windlass.scaler.decision.Scene.CPU_60;
import static io.windlass.scaler.decision.Scene.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.signal.Signal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecideTest {
  @ParameterizedTest(name = "{0} replicas at {1} need {2}")
  @CsvSource({
    "2, 0.90, 3",
    "2, 0.60, 2",
    "2, 0.65, 2", // within a tenth
    "2, 0.66, 2", // exactly a tenth
    "2, 0.67, 3",
    "10, 0.60, 10",
    "10, 0.67, 12",
    "4, 1.50, 10",
    "1, 0.61, 1"
  })
  void grows_to_what_carries_the_cpu_at_its_target(int size, double share, int expected) {
    assertThat(Scene.cpu(1, 20, size).cpu(share).decide().result()).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("targets")
  void tracks_every_signal(Policy policy, double perReplica, int expected, String shown) {
    Scene scene = new Scene(Scene.free(Scaling.of(1, 50, policy)), 3);
    scene.each(policy, perReplica, 3, Duration.ZERO, false);

    Decision decision = scene.decide();

    assertThat(decision.result()).isEqualTo(expected);
    assertThat(decision.inputs().getFirst().shown()).isEqualTo(shown);
  }

  static Stream<Arguments> targets() {
    double mebibyte = 1024 * 1024;
    return Stream.of(
        Arguments.of(CPU_60, 0.8, 4, "80%"),
        Arguments.of(
            Policy.TargetTracking.of(new Signal.NetworkIn(), 40 * mebibyte),
            100 * mebibyte,
            8,
            "100MiB/s"),
        Arguments.of(
            Policy.TargetTracking.of(new Signal.NetworkOut(), 10 * mebibyte),
            12.5 * mebibyte,
            4,
            "12.5MiB/s"),
        Arguments.of(Policy.TargetTracking.of(new Signal.Requests(), 200), 300, 5, "300/s"),
        Arguments.of(Policy.TargetTracking.of(new Signal.InFlight(), 8), 20, 8, "20"));
  }

  @Test
  void divides_a_promql_total_by_what_one_replica_does() {
    Policy query =
        Policy.TargetTracking.of(new Signal.PromQl("sum(rate(orders_total[$window]))"), 200);
    Scene scene = new Scene(Scene.free(Scaling.of(1, 50, query)), 3).total(query, 1_001);

    Decision decision = scene.decide();

    assertThat(decision.result()).isEqualTo(6);
    assertThat(decision.sentence())
        .isEqualTo(
            "Grows from 3 to 6 replicas: query sum(rate(orders_total[$window])) is at 334 per replica where 200 is"
                + " wanted, which needs 6 replicas.");
  }

  @Test
  void follows_the_largest_wish() {
    Policy requests = Policy.TargetTracking.of(new Signal.Requests(), 100);
    Scene scene = new Scene(Scene.free(Scaling.of(1, 20, CPU_60, requests)), 2);
    scene.cpu(0.9).each(requests, 400, 2, Duration.ZERO, false);

    Decision decision = scene.decide();

    assertThat(decision.wishes()).extracting(w -> w.replicas().orElseThrow()).containsExactly(3, 8);
    assertThat(decision.result()).isEqualTo(8);
    assertThat(decision.sentence())
        .contains("requests is at 400/s per replica where 100/s is wanted");
  }

  @Test
  void keeps_the_size_without_a_policy_and_moves_it_into_its_bounds() {
    assertThat(new Scene(Scaling.of(2, 8), 5).decide().sentence())
        .isEqualTo("Stays at 5 replicas: no policy asks for another size.");
    assertThat(new Scene(Scaling.fixed(3), 5).decide().result()).isEqualTo(3);
  }

  @Test
  void shrinks_to_its_need_once_everything_has_been_quiet_for_the_whole_hold() {
    Scene scene = Scene.cpu(1, 10, 6).settled();
    scene.settled(0.2, Scene.HOLD);

    Decision decision = scene.cpu(0.2).decide();

    assertThat(decision.result()).isEqualTo(2);
    assertThat(decision.sentence())
        .isEqualTo(
            "Shrinks from 6 to 2 replicas: cpu is at 20% per replica where 60% is wanted, which needs 2 replicas.");
  }

  @Test
  void says_the_same_to_the_letter_when_it_is_asked_again() {
    Scene scene = Scene.cpu(1, 10, 6).settled().cpu(0.45).last(2, State.STARTING);
    Observation seen = scene.observation();

    Decided first = Decide.decide(scene.scaling, seen, scene.memory, scene.now);
    Decided second = Decide.decide(scene.scaling, seen, scene.memory, scene.now);

    assertThat(second).isEqualTo(first);
    assertThat(second.toString()).isEqualTo(first.toString());
  }

  @Test
  void records_each_rule_that_changed_the_size_with_before_and_after() {
    Scene scene = Scene.cpu(1, 3, 2).cpu(2.0);

    Decision decision = scene.decide();

    assertThat(decision.clamps()).containsExactly(new Clamp("max", 7, 3, "3 is the most allowed"));
    assertThat(decision.sentence())
        .isEqualTo(
            "Grows from 2 to 3 replicas: cpu is at 200% per replica where 60% is wanted, which needs 7 replicas; but 3"
                + " is the most allowed.");
  }

  @Test
  void shrinks_at_once_where_the_owner_asks_for_no_hold() {
    Scaling eager = Scaling.of(1, 10, CPU_60).with(new ScaleIn(Duration.ZERO, ANY));
    Scene scene = new Scene(eager, 6).settled();
    scene.settled(0.2, Duration.ofMinutes(1));

    assertThat(scene.cpu(0.2).decide().result()).isEqualTo(2);
  }

  @Test
  void names_its_rules_in_the_order_in_which_they_apply() {
    assertThat(Rules.names())
        .isEqualTo(
            List.of(
                "missing-signal",
                "metric-cliff",
                "impossible-jump",
                "starting",
                "outside-writer",
                "rebuilding",
                "scale-in-hold",
                "projection",
                "scale-in-rate",
                "scale-out-rate",
                "schedule",
                "min",
                "max",
                "hold",
                "connections",
                "host-full"));
  }

  @Test
  void ignores_a_reading_for_a_policy_that_nobody_read() {
    Scene scene = Scene.cpu(1, 10, 4);
    Observation none = new Observation(scene.observation().fleet(), List.of(), List.of());

    Decision decision = Decide.decide(scene.scaling, none, Memory.EMPTY, scene.now).decision();

    assertThat(decision.result()).isEqualTo(4);
    assertThat(rules(decision)).isEmpty();
    assertThat(decision.inputs().getFirst().problem()).contains("it was not read");
  }
}
