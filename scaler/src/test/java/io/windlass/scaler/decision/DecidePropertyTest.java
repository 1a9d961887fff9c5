package io.windlass.scaler.decision;

import static io.windlass.scaler.decision.Scene.CPU_60;
import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Rate;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.Budgets;
import io.windlass.scaler.policy.Scaling.Connections;
import io.windlass.scaler.policy.Scaling.OnMissingSignal;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.policy.Scaling.ScaleOut;
import io.windlass.scaler.policy.Window;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.syntax.Cron;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What must hold of every decision, over long random lives of fleets; a failure names the seed and
 * the step.
 */
class DecidePropertyTest {
  private static final int LIVES = 40;
  private static final int STEPS = 200;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 20260302, 77, 4_711})
  void keeps_its_promises_whatever_happens(long seed) {
    for (int life = 0; life < LIVES; life++) {
      SplittableRandom random = new SplittableRandom(seed * 1_000 + life);
      Scene scene = new Scene(scaling(random), random.nextInt(0, 12));
      for (int step = 0; step < STEPS; step++) {
        happen(scene, random);
        Observation seen = scene.observation();
        Memory before = scene.memory;
        Decision decision = scene.decide();
        String where = "seed %d, life %d, step %d: %s".formatted(seed, life, step, decision);
        stays_in_bounds(scene, decision, where);
        never_shrinks_without_whole_data(scene, decision, where);
        never_grows_beyond_the_place(scene, decision, where);
        never_shrinks_under_a_hold(scene, decision, where);
        moves_no_faster_than_allowed(scene, decision, where);
        explains_itself(decision, where);
        assertThat(Decide.decide(scene.scaling, seen, before, scene.now).decision())
            .as(where)
            .isEqualTo(decision);
        assertThat(scene.memory.loads().size()).as(where).isLessThanOrEqualTo(Memory.LOADS + 2);
        carryOut(scene, decision, random);
      }
    }
  }

  private static void stays_in_bounds(Scene s, Decision d, String where) {
    assertThat(d.result())
        .as(where)
        .isLessThanOrEqualTo(isHeld(s) ? Math.max(d.current(), s.scaling.max()) : s.scaling.max());
    boolean placeIsFull = s.limit.isPresent() || s.scaling.budgets().connections().isPresent();
    if (!placeIsFull) {
      assertThat(d.result()).as(where).isGreaterThanOrEqualTo(s.scaling.min());
    }
  }

  private static void never_shrinks_without_whole_data(Scene s, Decision d, String where) {
    boolean whole = d.inputs().stream().allMatch(input -> input.health() == Input.Health.WHOLE);
    if (!whole && d.result() < d.current()) {
      assertThat(d.clamps().getLast().rule()).as(where).isIn("max", "connections", "schedule");
    }
  }

  private static void never_grows_beyond_the_place(Scene s, Decision d, String where) {
    s.limit.ifPresent(limit ->
        assertThat(d.result()).as(where).isLessThanOrEqualTo(Math.max(d.current(), limit.max())));
    s.scaling
        .budgets()
        .connections()
        .ifPresent(
            budget -> assertThat(d.result()).as(where).isLessThanOrEqualTo(budget.replicas()));
  }

  private static void never_shrinks_under_a_hold(Scene s, Decision d, String where) {
    if (d.result() < d.current() && isHeld(s)) {
      assertThat(d.clamps().getLast().rule()).as(where).isEqualTo("connections");
    } else if (d.result() < d.current()
        && s.replicas.stream().anyMatch(r -> r.state() == State.STARTING)) {
      assertThat(d.clamps().getLast().rule()).as(where).isIn("max", "connections", "schedule");
    }
  }

  private static boolean isHeld(Scene s) {
    return s.holds.stream().anyMatch(hold -> hold.activeAt(s.now));
  }

  private static void moves_no_faster_than_allowed(Scene s, Decision d, String where) {
    List<String> stronger = List.of("min", "max", "schedule", "connections", "host-full");
    if (d.clamps().stream().map(Clamp::rule).noneMatch(stronger::contains)) {
      int growth = s.scaling.scaleOut().atMost().growthFrom(largestLately(s, d));
      int shrink = s.scaling.scaleIn().atMost().shrinkFrom(largestLately(s, d));
      assertThat(d.result() - d.current()).as(where).isLessThanOrEqualTo(growth);
      assertThat(d.current() - d.result()).as(where).isLessThanOrEqualTo(shrink);
    }
  }

  private static int largestLately(Scene s, Decision d) {
    return s.memory.changes().stream().mapToInt(Memory.Change::from).reduce(d.current(), Math::max);
  }

  private static void explains_itself(Decision d, String where) {
    assertThat(d.sentence()).as(where).endsWith(".").doesNotContain("null").hasSizeLessThan(500);
    int size =
        d.wishes().stream().flatMapToInt(w -> w.replicas().stream()).max().orElse(d.current());
    for (Clamp clamp : d.clamps()) {
      assertThat(clamp.before()).as(where).isEqualTo(size);
      size = clamp.after();
    }
    assertThat(d.result()).as(where).isEqualTo(size);
  }

  private static Scaling scaling(SplittableRandom random) {
    int min = random.nextInt(1, 4);
    int max = min + random.nextInt(0, 12);
    Policy second = Policy.TargetTracking.of(new Signal.Requests(), random.nextDouble(1, 500));
    Scaling scaling =
        random.nextBoolean() ? Scaling.of(min, max, CPU_60) : Scaling.of(min, max, CPU_60, second);
    if (random.nextInt(4) == 0) {
      OptionalInt floor = OptionalInt.of(random.nextInt(min, max + 1));
      OptionalInt ceiling =
          random.nextBoolean() ? OptionalInt.of(random.nextInt(min, max + 1)) : OptionalInt.empty();
      scaling =
          scaling.with(
              List.of(
                  new Window(
                      Cron.of("*/20 * * * *"),
                      ZoneOffset.UTC,
                      Duration.ofMinutes(7),
                      floor,
                      ceiling)));
    }
    if (random.nextInt(3) == 0) {
      scaling =
          scaling.with(new Budgets(Optional.of(new Connections(random.nextInt(min * 5, 100), 5))));
    }
    return scaling
        .with(new ScaleIn(Duration.ofSeconds(random.nextInt(0, 400)), rate(random)))
        .with(new ScaleOut(rate(random)))
        .with(
            new OnMissingSignal(
                Duration.ofSeconds(random.nextInt(0, 300)),
                OptionalInt.of(random.nextInt(min, max + 1))));
  }

  private static Rate rate(SplittableRandom random) {
    Rate.Step step =
        random.nextBoolean()
            ? new Rate.Replicas(random.nextInt(1, 5))
            : new Rate.Percent(random.nextInt(1, 300));
    return new Rate(step, Duration.ofSeconds(random.nextInt(1, 180)));
  }

  private static void happen(Scene s, SplittableRandom random) {
    s.pass(
        Duration.ofSeconds(
            random.nextInt(50) == 0 ? random.nextInt(-600, 600) : random.nextInt(1, 30)));
    for (int i = 0; i < s.replicas.size(); i++) {
      if (random.nextInt(12) == 0) {
        Replica old = s.replicas.get(i);
        State state = State.values()[random.nextInt(State.values().length)];
        s.replicas.set(i, new Replica(old.id(), old.release(), state, s.now));
      } else if (random.nextInt(3) == 0) {
        Replica old = s.replicas.get(i);
        s.replicas.set(i, new Replica(old.id(), old.release(), State.READY, s.now));
      }
    }
    s.limit =
        random.nextInt(10) == 0
            ? Optional.of(new Limit(random.nextInt(0, 15), "host is full"))
            : Optional.empty();
    s.holds.removeIf(hold -> random.nextInt(5) == 0);
    if (random.nextInt(20) == 0) {
      s.holds.add(
          new Hold("rollout", Scene.FLEET, "a rollout", s.now.plusSeconds(random.nextInt(1, 120))));
    }
    s.scaling.policies().forEach(policy -> measure(s, policy, random));
  }

  private static void measure(Scene s, Policy policy, SplittableRandom random) {
    double scale = policy.equals(CPU_60) ? 1 : 400;
    double value =
        random.nextInt(20) == 0 ? random.nextDouble(-1, 1e6) : scale * random.nextDouble();
    switch (random.nextInt(10)) {
      case 0 -> s.lost(policy, "it is down");
      case 1 -> s.total(policy, value);
      case 2 ->
          s.each(policy, value, random.nextInt(0, s.replicas.size() + 1), Duration.ZERO, false);
      case 3 ->
          s.each(
              policy,
              value,
              s.replicas.size(),
              Duration.ofSeconds(random.nextInt(-30, 200)),
              false);
      case 4 -> s.each(policy, value, s.replicas.size(), Duration.ZERO, true);
      default -> s.each(policy, value, s.replicas.size(), Duration.ZERO, false);
    }
  }

  /** Most writes arrive, some are lost, and sometimes somebody else writes. */
  private static void carryOut(Scene s, Decision d, SplittableRandom random) {
    int old = s.replicas.size();
    if (d.changes()) {
      s.memory = s.memory.writing(s.now, d.current(), d.result());
      if (random.nextInt(10) != 0) {
        s.size(d.result());
        s.last(Math.max(0, s.replicas.size() - old), State.STARTING);
      }
    } else if (random.nextInt(30) == 0) {
      s.size(random.nextInt(0, 15));
    }
  }
}
