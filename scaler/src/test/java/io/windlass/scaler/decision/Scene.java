package io.windlass.scaler.decision;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.Limit;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Rate;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.policy.Scaling.ScaleOut;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A fleet, its policy and its signals, stepped by hand through the pure function. */
final class Scene {
  static final FleetId FLEET = FleetId.parse("acme/shop/production/web");
  static final Signal CPU = new Signal.Cpu();
  static final Policy CPU_60 = Policy.TargetTracking.of(CPU, 0.6);
  static final Duration TICK = Duration.ofSeconds(15);
  static final Duration HOLD = Duration.ofMinutes(5);

  /** Rates that are never in the way. */
  static final Rate ANY = new Rate(new Rate.Replicas(1_000), Duration.ofSeconds(1));

  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  Instant now = Instant.parse("2026-03-02T10:00:00Z");
  Scaling scaling;
  Memory memory = Memory.EMPTY;
  int wanted;
  Optional<String> writer = Optional.empty();
  Optional<Limit> limit = Optional.empty();
  final List<Replica> replicas = new ArrayList<>();
  final List<Hold> holds = new ArrayList<>();
  final Map<String, Reading> readings = new HashMap<>();

  Scene(Scaling scaling, int size) {
    this.scaling = scaling;
    size(size);
  }

  /** CPU at 60%, between bounds, without rates in the way. */
  static Scene cpu(int min, int max, int size) {
    return new Scene(free(Scaling.of(min, max, CPU_60)), size);
  }

  static Scaling free(Scaling scaling) {
    return scaling.with(new ScaleIn(HOLD, ANY)).with(new ScaleOut(ANY));
  }

  /** So many replicas, all ready. */
  Scene size(int size) {
    wanted = size;
    replicas.clear();
    for (int i = 1; i <= size; i++) {
      replicas.add(new Replica("web-" + i, "1", State.READY, LONG_AGO));
    }
    return this;
  }

  /** The last so many replicas are in this state. */
  Scene last(int count, State state) {
    for (int i = replicas.size() - count; i < replicas.size(); i++) {
      Replica old = replicas.get(i);
      replicas.set(i, new Replica(old.id(), old.release(), state, now));
    }
    return this;
  }

  /** Every replica is at this CPU share, measured now. */
  Scene cpu(double share) {
    return each(CPU_60, share, replicas.size(), Duration.ZERO, false);
  }

  /** The first so many replicas are at this value, measured so long ago. */
  Scene each(Policy policy, double value, int covered, Duration age, boolean partial) {
    Map<String, Sample> samples = new HashMap<>();
    replicas.stream()
        .limit(covered)
        .forEach(r -> samples.put(r.id(), new Sample(value, now.minus(age))));
    readings.put(policy.key(), new Reading.PerReplica(query(policy), samples, partial, List.of()));
    return this;
  }

  Scene total(Policy policy, double value) {
    readings.put(
        policy.key(),
        new Reading.Total(query(policy), new Sample(value, now), Map.of(), false, List.of()));
    return this;
  }

  Scene lost(Policy policy, String reason) {
    readings.put(policy.key(), new Reading.Missing(query(policy), reason));
    return this;
  }

  static SignalQuery query(Policy policy) {
    return SignalQuery.of(FLEET, policy.signal(), policy.window());
  }

  Observation observation() {
    List<Reading> read =
        scaling.policies().stream()
            .map(p ->
                readings.getOrDefault(
                    p.key(), new Reading.Missing(query(p), "nothing was measured")))
            .toList();
    return new Observation(new FleetState(FLEET, wanted, writer, replicas, limit), read, holds);
  }

  /** One evaluation, remembered; the fleet is not resized. */
  Decision decide() {
    Decided decided = Decide.decide(scaling, observation(), memory, now);
    memory = decided.memory();
    return decided.decision();
  }

  /** One evaluation, carried out as the loop does: all replicas are ready at the next one. */
  Decision step() {
    Decision decision = decide();
    if (decision.changes()) {
      memory = memory.writing(now, wanted, decision.result());
      size(decision.result());
    }
    return decision;
  }

  Scene pass(Duration time) {
    now = now.plus(time);
    return this;
  }

  /** Evaluates at this CPU share for so long, without carrying anything out. */
  Scene settled(double share, Duration time) {
    for (Instant end = now.plus(time); now.isBefore(end); pass(TICK)) {
      cpu(share).decide();
    }
    return this;
  }

  /**
   * At its target for longer than every window: from here on only what a test does is in the way.
   */
  Scene settled() {
    return settled(0.6, HOLD.plus(TICK));
  }

  static List<String> rules(Decision decision) {
    return decision.clamps().stream().map(Clamp::rule).toList();
  }
}
