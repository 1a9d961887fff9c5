package io.windlass.scaler.decision;

import static io.windlass.scaler.decision.Scene.CPU_60;
import static io.windlass.scaler.decision.Scene.HOLD;
import static io.windlass.scaler.decision.Scene.TICK;
import static io.windlass.scaler.decision.Scene.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.windlass.scaler.decision.Input.Health;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Defaults;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.Budgets;
import io.windlass.scaler.policy.Scaling.Connections;
import io.windlass.scaler.policy.Scaling.OnMissingSignal;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each guard against what goes wrong with signals and fleets, by its number in the list that names
 * them.
 */
class GuardsTest {
  private static final Policy REQUESTS = Policy.TargetTracking.of(new Signal.Requests(), 100);

  /** Six idle replicas that every rule but the one under test would let shrink to one. */
  private static Scene idle() {
    return Scene.cpu(1, 20, 6).settled().settled(0.05, HOLD).cpu(0.05);
  }

  @Nested
  class G1_to_G3_data_that_is_not_whole {
    @ParameterizedTest(name = "{0}")
    @MethodSource("io.windlass.scaler.decision.GuardsTest#notWhole")
    void never_shrinks_a_fleet(UnaryOperator<Scene> broken) {
      Decision decision = broken.apply(idle()).decide();

      assertThat(decision.result()).isEqualTo(6);
      assertThat(decision.inputs().getFirst().health()).isNotEqualTo(Health.WHOLE);
      assertThat(decision.inputs().getFirst().problem()).isPresent();
    }

    @Test
    void lets_an_idle_fleet_shrink_when_it_is_whole() {
      assertThat(idle().decide().result()).isEqualTo(1);
    }

    @Test
    void blocks_the_wish_of_a_whole_signal_beside_a_missing_one() {
      Scene scene = new Scene(Scene.free(Scaling.of(1, 20, CPU_60, REQUESTS)), 6);
      scene.memory = idle().memory;
      scene.now = idle().now;

      Decision decision = scene.cpu(0.05).lost(REQUESTS, "the source answered 503").decide();

      assertThat(decision.result()).isEqualTo(6);
      assertThat(decision.clamps().getFirst().why())
          .isEqualTo(
              "a fleet never shrinks while requests has no whole data (the source answered 503)");
    }

    @Test
    void grows_on_a_part_that_alone_is_more_than_the_target_allows() {
      Scene scene = Scene.cpu(1, 20, 4).settled();

      Decision decision = scene.each(CPU_60, 1.6, 2, Duration.ZERO, false).decide();

      assertThat(decision.inputs().getFirst().health()).isEqualTo(Health.PARTIAL);
      assertThat(decision.result())
          .as("2 of 4 at 160%% are 3.2 in all, which 6 carry")
          .isEqualTo(6);
    }

    @Test
    void does_not_grow_on_a_part_that_could_be_an_average_one() {
      Scene scene = Scene.cpu(1, 20, 4).settled();

      assertThat(scene.each(CPU_60, 1.0, 2, Duration.ZERO, false).decide().result()).isEqualTo(4);
    }

    @Test
    void takes_a_replica_without_a_sample_for_an_average_one_while_four_fifths_are_covered() {
      Scene scene = Scene.cpu(1, 20, 5).settled();

      Decision decision = scene.each(CPU_60, 0.9, 4, Duration.ZERO, false).decide();

      assertThat(decision.inputs().getFirst().coverage()).isEqualTo(0.8);
      assertThat(decision.result()).as("5 at 90%% need 7.5").isEqualTo(8);
    }

    @Test
    void believes_a_long_window_for_half_its_length() {
      Policy slow = new Policy.TargetTracking(new Signal.Cpu(), 0.6, Duration.ofMinutes(10));
      Scene scene = new Scene(Scene.free(Scaling.of(1, 20, slow)), 2);

      assertThat(scene.each(slow, 0.9, 2, Duration.ofMinutes(4), false).decide().result())
          .isEqualTo(3);
      assertThat(scene.each(slow, 0.9, 2, Duration.ofMinutes(6), false).decide().result())
          .isEqualTo(2);
    }

    @Test
    void believes_a_source_that_samples_rarely_for_two_samples_time() {
      Scene scene = Scene.cpu(1, 20, 2).each(CPU_60, 0.9, 2, Duration.ofSeconds(100), false);
      Observation seen = scene.observation();
      Observation rare =
          new Observation(seen.fleet(), seen.readings(), List.of(), Duration.ofMinutes(1));

      assertThat(Decide.decide(scene.scaling, seen, Memory.EMPTY, scene.now).decision().result())
          .isEqualTo(2);
      assertThat(Decide.decide(scene.scaling, rare, Memory.EMPTY, scene.now).decision().result())
          .isEqualTo(3);
    }

    @Test
    void takes_a_replica_that_just_started_for_an_average_one() {
      Scene scene = Scene.cpu(1, 20, 4).settled().last(2, State.READY);
      scene.each(CPU_60, 0.6, 2, Duration.ZERO, false);

      Decision decision = scene.decide();

      assertThat(decision.result())
          .as("half have no sample, and none is needed of them")
          .isEqualTo(4);
      assertThat(decision.inputs().getFirst().health()).isEqualTo(Health.WHOLE);
      assertThat(decision.notes())
          .containsExactly("2 replicas just started and taken for average in cpu");
    }

    @Test
    void does_not_take_a_replica_that_stands_by_for_an_average_one() {
      Scene scene = Scene.cpu(1, 20, 4).settled().last(2, State.STANDBY);
      scene.each(CPU_60, 0.6, 2, Duration.ZERO, false);

      Decision decision = scene.decide();

      assertThat(decision.inputs().getFirst().health()).isEqualTo(Health.WHOLE);
      assertThat(decision.inputs().getFirst().total()).hasValue(1.2);
      assertThat(decision.notes()).isEmpty();
    }

    @Test
    void does_not_take_what_a_fleet_burns_while_it_starts_for_load() {
      Scene scene = Scene.cpu(1, 20, 2).last(2, State.READY).cpu(1.9);

      assertThat(scene.decide().result()).isEqualTo(2);
      assertThat(scene.pass(Defaults.WARM_UP).cpu(1.9).decide().result()).isEqualTo(7);
    }

    @Test
    void counts_the_replicas_behind_a_total_where_the_source_names_them() {
      Policy query =
          Policy.TargetTracking.of(new Signal.PromQl("sum(rate(orders_total[$window]))"), 100);
      Scene scene = new Scene(Scene.free(Scaling.of(1, 20, query)), 4);
      Map<String, Instant> two =
          Map.of("web-1", scene.now, "web-2", scene.now, "web-3", scene.now.minusSeconds(90));
      scene.readings.put(
          query.key(),
          new Reading.Total(Scene.query(query), new Sample(90, scene.now), two, false, List.of()));

      Decision decision = scene.decide();

      assertThat(decision.inputs().getFirst().health()).isEqualTo(Health.PARTIAL);
      assertThat(decision.inputs().getFirst().problem())
          .contains("only 2 of 4 replicas have a sample");
    }

    @Test
    void leaves_replicas_that_do_not_serve_out_of_the_sum() {
      Scene scene = Scene.cpu(1, 20, 5).settled().cpu(1.2).last(4, State.FAILED);

      Decision decision = scene.decide();

      assertThat(decision.result())
          .as("one busy survivor of a crash loop is no reason to grow to 10")
          .isEqualTo(5);
    }
  }

  static Stream<Named<UnaryOperator<Scene>>> notWhole() {
    return Stream.of(
        Named.of("missing", s -> s.lost(CPU_60, "it is down")),
        Named.of("empty", s -> s.each(CPU_60, 0, 0, Duration.ZERO, false)),
        Named.of("stale", s -> s.each(CPU_60, 0.05, 6, Duration.ofSeconds(61), false)),
        Named.of("partial by its own word", s -> s.each(CPU_60, 0.05, 6, Duration.ZERO, true)),
        Named.of("too few covered", s -> s.each(CPU_60, 0.05, 4, Duration.ZERO, false)),
        Named.of("negative", s -> s.each(CPU_60, -0.05, 6, Duration.ZERO, false)),
        Named.of("too many unready", s -> s.last(2, State.UNREADY)),
        Named.of("nobody ready", s -> s.last(6, State.UNREADY)));
  }

  @Nested
  class G4_the_ladder_of_an_outage {
    private static final OnMissingSignal LADDER =
        new OnMissingSignal(Duration.ofMinutes(10), OptionalInt.of(6));

    private Scene outage(int size) {
      Scene scene = Scene.cpu(1, 20, size);
      scene.scaling = scene.scaling.with(LADDER);
      return scene.settled().lost(CPU_60, "it is down");
    }

    private Decision after(Scene scene, Duration outage) {
      Decision decision = scene.decide();
      for (Duration passed = Duration.ZERO;
          passed.compareTo(outage) < 0;
          passed = passed.plus(TICK)) {
        decision = scene.pass(TICK).decide();
      }
      return decision;
    }

    @Test
    void only_holds_at_first() {
      assertThat(after(outage(3), Duration.ofMinutes(9)).result()).isEqualTo(3);
    }

    @Test
    void climbs_to_the_floor_when_it_lasts() {
      Decision decision = after(outage(3), Duration.ofMinutes(10));

      assertThat(decision.result()).isEqualTo(6);
      assertThat(decision.sentence())
          .isEqualTo(
              "Grows from 3 to 6 replicas: cpu has no whole data (it is down) for 10m, for which at least 6 are wanted.");
    }

    @Test
    void never_goes_below_the_present_size() {
      assertThat(after(outage(9), Duration.ofMinutes(30)).result()).isEqualTo(9);
    }

    @Test
    void is_not_climbed_by_a_fleet_whose_replicas_fail() {
      Scene scene = outage(3).last(2, State.FAILED);

      for (int i = 0; i < 100; i++) {
        scene.pass(TICK).each(CPU_60, 0.5, 1, Duration.ZERO, false).decide();
      }

      Decision decision = scene.decide();
      assertThat(decision.result()).isEqualTo(3);
      assertThat(decision.inputs().getFirst().problem()).contains("only 1 of 3 replicas are ready");
    }

    @Test
    void begins_anew_when_the_signal_was_back_in_between() {
      Scene scene = outage(3);
      after(scene, Duration.ofMinutes(9));
      scene.pass(TICK).cpu(0.6).decide();
      scene.lost(CPU_60, "it is down");

      assertThat(after(scene, Duration.ofMinutes(9)).result()).isEqualTo(3);
    }

    @Test
    void does_not_take_an_outage_for_idleness_afterwards() {
      Scene scene = outage(6);
      after(scene, Duration.ofMinutes(9));

      Decision decision = scene.pass(TICK).cpu(0.05).decide();

      assertThat(decision.result()).isEqualTo(6);
    }
  }

  @Nested
  class G5_after_a_start {
    @Test
    void only_grows_until_the_windows_are_known_again() {
      Scene scene = Scene.cpu(1, 20, 6);

      Decision first = scene.cpu(0.05).decide();

      assertThat(first.result()).isEqualTo(6);
      assertThat(rules(first)).contains("rebuilding");
      assertThat(first.sentence())
          .endsWith("its last 5m are not known yet, so it may only grow until 10:05:00 UTC.");
      scene.settled(0.05, HOLD);
      assertThat(scene.cpu(0.05).decide().result()).isEqualTo(1);
    }

    @Test
    void fills_the_windows_from_history_where_it_can() {
      Scene scene = Scene.cpu(1, 20, 6);
      scene.memory =
          Decide.rebuild(Memory.EMPTY, scene.scaling, List.of(history(scene, 1.2, 300)), scene.now);

      assertThat(scene.cpu(0.05).decide().result()).as("1.2 in all needed two").isEqualTo(2);
    }

    @Test
    void fills_nothing_from_a_history_with_a_hole() {
      Scene scene = Scene.cpu(1, 20, 6);
      List<Sample> holed = new ArrayList<>(history(scene, 1.2, 300));
      holed.subList(5, 12).clear();

      assertThat(Decide.rebuild(Memory.EMPTY, scene.scaling, List.of(holed), scene.now))
          .isEqualTo(Memory.EMPTY);
      assertThat(
              Decide.rebuild(
                  Memory.EMPTY, scene.scaling, List.of(history(scene, 1.2, 120)), scene.now))
          .isEqualTo(Memory.EMPTY);
      assertThat(Decide.rebuild(Memory.EMPTY, scene.scaling, List.of(List.of()), scene.now))
          .isEqualTo(Memory.EMPTY);
    }

    private static List<Sample> history(Scene scene, double total, int seconds) {
      return IntStream.iterate(seconds, s -> s >= 0, s -> s - 15)
          .mapToObj(ago -> new Sample(total, scene.now.minusSeconds(ago)))
          .toList();
    }

    @Test
    void grows_at_once() {
      assertThat(Scene.cpu(1, 20, 2).cpu(0.9).decide().result()).isEqualTo(3);
    }

    @Test
    void takes_up_a_short_gap_without_waiting() {
      assertThat(idle().pass(Defaults.GAP.minus(TICK)).cpu(0.05).decide().result()).isEqualTo(1);
    }

    @Test
    void waits_again_after_a_long_gap() {
      assertThat(rules(idle().pass(Defaults.GAP.plus(TICK)).cpu(0.05).decide()))
          .contains("rebuilding");
    }

    @Test
    void waits_again_when_the_clock_was_set_back() {
      assertThat(rules(idle().pass(Duration.ofHours(-1)).cpu(0.05).decide()))
          .contains("rebuilding");
    }
  }

  @Nested
  class G6_a_metric_that_leaps {
    private Scene eager(int size) {
      Scene scene = Scene.cpu(1, 100, size);
      scene.scaling = scene.scaling.with(new ScaleIn(Duration.ZERO, Scene.ANY));
      return scene.settled();
    }

    @Test
    void does_not_believe_a_cliff_before_it_has_been_seen_three_times() {
      Scene scene = eager(6);

      Decision first = scene.cpu(0.05).decide();
      Decision second = scene.pass(TICK).cpu(0.05).decide();
      scene.pass(TICK).cpu(0.05).decide();
      Decision later = scene.pass(TICK).cpu(0.05).decide();

      assertThat(rules(first)).contains("metric-cliff");
      assertThat(rules(second)).contains("metric-cliff");
      assertThat(later.result()).isEqualTo(1);
    }

    @Test
    void believes_a_gentle_fall_at_once() {
      assertThat(rules(eager(6).cpu(0.35).decide())).doesNotContain("metric-cliff");
    }

    @Test
    void only_doubles_on_an_impossible_jump_until_it_is_confirmed() {
      Scene scene = eager(2).settled(0.3, Duration.ofMinutes(1));

      Decision first = scene.cpu(30).decide();
      scene.pass(TICK).cpu(30).decide();
      Decision third = scene.pass(TICK).cpu(30).decide();

      assertThat(first.result()).isEqualTo(4);
      assertThat(rules(first)).containsExactly("impossible-jump");
      assertThat(first.clamps().getFirst().why())
          .isEqualTo(
              "the total of cpu rose from 60% to 6000% at once and is not believed before it is seen 3 times, so for"
                  + " now the size only doubles");
      assertThat(third.result()).isEqualTo(100);
    }

    @Test
    void grows_freely_from_idleness_to_a_load_of_its_own_size() {
      assertThat(eager(2).settled(0.001, Duration.ofMinutes(1)).cpu(1.0).decide().result())
          .isEqualTo(4);
    }
  }

  @Nested
  class G8_anti_flapping {
    @Test
    void does_not_shrink_to_a_size_that_the_windows_peak_would_outgrow() {
      Scene scene = Scene.cpu(1, 20, 6);
      scene.scaling = scene.scaling.with(new ScaleIn(Duration.ZERO, Scene.ANY));
      scene.settled();
      scene.cpu(0.3).decide();

      Decision decision = scene.pass(TICK).cpu(0.16).decide();

      assertThat(decision.clamps())
          .extracting(Clamp::rule, Clamp::before, Clamp::after)
          .containsExactly(tuple("projection", 2, 3));
    }

    @Test
    void keeps_the_largest_size_that_the_hold_has_asked_for() {
      Scene scene = Scene.cpu(1, 20, 6).settled().settled(0.05, HOLD);
      scene.cpu(0.35).decide();

      Decision decision = scene.pass(TICK).cpu(0.2).decide();

      assertThat(decision.result()).isEqualTo(4);
      assertThat(decision.clamps().getFirst())
          .isEqualTo(new Clamp("scale-in-hold", 2, 4, "within the last 5m it needed 4"));
    }
  }

  @Nested
  class G9_replicas_that_start {
    @Test
    void count_as_capacity_and_are_not_asked_for_twice() {
      Scene scene = Scene.cpu(1, 20, 4).settled().cpu(0.9).last(2, State.STARTING);

      assertThat(scene.decide().result())
          .as("two at 90%% need three, and four are coming")
          .isEqualTo(4);
    }

    @Test
    void keep_a_fleet_from_shrinking() {
      Decision decision = idle().last(1, State.STARTING).decide();

      assertThat(decision.result()).isEqualTo(6);
      assertThat(rules(decision)).containsExactly("starting");
    }
  }

  @Nested
  class Holds {
    private final Hold rollout =
        new Hold(
            "rollout 7",
            Scene.FLEET,
            "release 7 rolls out",
            idle().now.plus(Duration.ofMinutes(1)));

    @Test
    void keep_a_fleet_from_shrinking_until_they_expire() {
      Scene scene = idle();
      scene.holds.add(rollout);

      Decision held = scene.decide();
      Decision after = scene.pass(Duration.ofMinutes(1)).cpu(0.05).decide();

      assertThat(held.result()).isEqualTo(6);
      assertThat(held.sentence())
          .contains("rollout 7 holds it until")
          .contains("release 7 rolls out");
      assertThat(after.result()).isEqualTo(1);
    }

    @Test
    void keep_its_size_when_a_lower_maximum_comes_and_let_it_come_after() {
      Scene scene = idle();
      scene.holds.add(rollout);
      scene.scaling = Scene.free(Scaling.of(1, 4, Scene.CPU_60));

      Decision held = scene.cpu(0.9).decide();
      Decision after = scene.pass(Duration.ofMinutes(1)).cpu(0.9).decide();

      assertThat(held.result()).isEqualTo(6);
      assertThat(held.clamps())
          .contains(new Clamp("max", 9, 4, "4 is the most allowed"))
          .last()
          .satisfies(clamp -> assertThat(clamp.rule()).isEqualTo("hold"));
      assertThat(held.sentence())
          .startsWith("Stays at 6 replicas: ")
          .contains("; but rollout 7 holds it until ");
      assertThat(after.result()).isEqualTo(4);
    }

    @Test
    void never_keep_it_from_growing() {
      Scene scene = idle();
      scene.holds.add(rollout);

      assertThat(scene.cpu(0.9).decide().result()).isEqualTo(9);
    }
  }

  @Nested
  class Somebody_else_who_sets_the_size {
    @Test
    void is_believed_for_one_window_and_said() {
      Scene scene = Scene.cpu(1, 20, 3).settled();
      scene.size(8).writer = Optional.of("kubectl");

      Decision decision = scene.cpu(0.15).decide();

      assertThat(decision.result()).isEqualTo(8);
      assertThat(decision.notes())
          .containsExactly("kubectl set the size from 3 to 8; it was adopted");
      assertThat(rules(decision)).contains("outside-writer");
      scene.settled(0.05, HOLD.plus(TICK));
      assertThat(scene.cpu(0.05).decide().result()).isEqualTo(1);
    }

    @Test
    void is_not_suspected_when_the_scalers_own_write_was_taken() {
      Scene scene = Scene.cpu(1, 20, 3).settled();
      scene.cpu(0.9).step();

      assertThat(scene.pass(TICK).cpu(0.6).decide().notes()).isEmpty();
    }

    @Test
    void is_not_suspected_when_the_scalers_own_write_was_lost() {
      Scene scene = Scene.cpu(1, 20, 3).settled();
      scene.memory = scene.memory.writing(scene.now, 3, 5);

      assertThat(scene.pass(TICK).cpu(0.6).decide().notes()).isEmpty();
      assertThat(scene.memory.changes()).isEmpty();
    }
  }

  @Nested
  class What_the_place_can_hold {
    @Test
    void stops_growth_when_the_host_is_full() {
      Scene scene = Scene.cpu(1, 20, 4).settled();
      scene.limit = Optional.of(new Limit(5, "host is full: 200MiB of memory are free"));

      Decision decision = scene.cpu(0.9).decide();

      assertThat(decision.result()).isEqualTo(5);
      assertThat(decision.sentence()).endsWith("; but host is full: 200MiB of memory are free.");
    }

    @Test
    void never_shrinks_a_fleet_for_a_full_host() {
      Scene scene = Scene.cpu(1, 20, 4).settled();
      scene.limit = Optional.of(new Limit(1, "host is full"));

      assertThat(scene.cpu(0.9).decide().result()).isEqualTo(4);
    }

    @Test
    void is_stronger_than_the_fewest_that_the_owner_wants() {
      Scene scene = Scene.cpu(4, 20, 2);
      scene.limit = Optional.of(new Limit(3, "host is full"));

      assertThat(scene.cpu(0.6).decide().result()).isEqualTo(3);
    }

    @Test
    void keeps_within_the_connection_budget() {
      Scene scene = Scene.cpu(1, 20, 4).settled();
      scene.scaling = scene.scaling.with(new Budgets(Optional.of(new Connections(29, 5))));

      Decision decision = scene.cpu(0.9).decide();

      assertThat(decision.result()).isEqualTo(5);
      assertThat(decision.sentence())
          .endsWith("; but 29 connections at 5 for each replica are enough for 5.");
    }

    @Test
    void counts_a_rollouts_surge_and_does_not_shrink_for_it() {
      Scene scene = Scene.cpu(1, 20, 4).settled();
      scene.scaling = scene.scaling.with(new Budgets(Optional.of(new Connections(30, 5))));
      scene.cpu(0.9);
      for (int i = 1; i <= 3; i++) {
        scene.replicas.add(new Replica("surge-" + i, "2", State.STARTING, scene.now));
      }

      assertThat(scene.decide().result()).isEqualTo(4);
    }
  }
}
