package io.windlass.scaler.control;

import io.windlass.scaler.control.DecisionLog.Remembered;
import io.windlass.scaler.control.LoggedDecision.Outcome;
import io.windlass.scaler.decision.Clamp;
import io.windlass.scaler.decision.Decide;
import io.windlass.scaler.decision.Decided;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.decision.Input;
import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.decision.Observation;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.SignalException;
import io.windlass.scaler.signal.SignalHistory;
import io.windlass.scaler.signal.SignalQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One fleet under the loop: its binding, what it remembers, and one evaluation at a time. */
final class BoundFleet {
  private static final Logger LOG = LoggerFactory.getLogger(BoundFleet.class);
  private static final int STEPS = 60;

  /** What may be exchanged while the fleet is under the loop. */
  record Binding(Fleet fleet, Scaling scaling) {
    Mode mode() {
      return scaling.observed() ? Mode.OBSERVE : Mode.ACT;
    }
  }

  /** What one evaluation is made with. */
  record Work(Binding binding, List<SignalQuery> queries, Duration interval) {}

  private final FleetId id;
  private final DecisionLog log;
  private final Optional<SignalHistory> history;
  private final Limits limits;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final Deque<Decision> trail = new ArrayDeque<>();
  private volatile Binding binding;
  private volatile boolean unbound;
  private volatile Optional<LoggedDecision> latest = Optional.empty();
  private volatile Optional<String> problem = Optional.empty();
  private @Nullable Memory memory;

  BoundFleet(
      FleetId id,
      Binding binding,
      DecisionLog log,
      Optional<SignalHistory> history,
      Limits limits) {
    this.id = id;
    this.binding = binding;
    this.log = log;
    this.history = history;
    this.limits = limits;
  }

  FleetId id() {
    return id;
  }

  void rebind(Binding binding) {
    this.binding = binding;
  }

  void unbind() {
    unbound = true;
  }

  /**
   * Takes the fleet for one evaluation; empty if one is under way.
   *
   * @param interval how often the signals' source samples
   */
  Optional<Work> begin(Duration interval) {
    if (!busy.compareAndSet(false, true)) {
      return Optional.empty();
    }
    Binding now = binding;
    return Optional.of(
        new Work(
            now,
            now.scaling().policies().stream()
                .map(policy -> SignalQuery.of(id, policy.signal(), policy.window()))
                .toList(),
            interval));
  }

  /** Gives the fleet back. */
  void end() {
    busy.set(false);
  }

  Optional<LoggedDecision> latest() {
    return latest;
  }

  Optional<String> problem() {
    return problem;
  }

  List<Decision> trail() {
    synchronized (trail) {
      return List.copyOf(trail);
    }
  }

  /**
   * Observe, decide, log, act.
   *
   * @return the row as it stands in the log
   * @throws FleetException if the fleet cannot be read; nothing was decided
   * @throws RuntimeException if the log cannot be read or written; the fleet was not written
   */
  LoggedDecision evaluate(Work work, List<Reading> readings, List<Hold> holds, Instant now)
      throws FleetException {
    Memory before = rebuilt(recall(), work, now);
    var state = work.binding().fleet().state();
    boolean observed = work.binding().scaling().observed();
    Scaling scaling = inForce(work.binding().scaling(), state.wanted());
    Decided decided =
        Decide.decide(
            scaling,
            new Observation(state, readings, holds, work.interval()),
            observed ? before.withoutSize() : before,
            now);
    Decision decision = decided.decision();
    boolean acting = decision.changes() && !scaling.observed() && !unbound;
    Memory after =
        acting
            ? decided.memory().writing(now, decision.current(), decision.result())
            : decided.memory();
    LoggedDecision row = row(decision, work.binding().mode(), outcome(decision, acting));
    log.write(row, after);
    remember(row, after);
    if (acting) {
      row = act(work.binding().fleet(), row, after);
    }
    problem = row.error().isEmpty() ? Optional.empty() : Optional.of(row.error());
    return row;
  }

  /** An observed fleet that has fewer than its {@code min} replicas gets these, and no more. */
  private static Scaling inForce(Scaling scaling, int wanted) {
    return scaling.observed() && wanted < scaling.min() ? Scaling.fixed(scaling.min()) : scaling;
  }

  void failed(String why) {
    problem = Optional.of(why);
  }

  private LoggedDecision act(Fleet fleet, LoggedDecision row, Memory after) {
    LoggedDecision done;
    try {
      fleet.resize(row.decision().result(), row.decision().sentence());
      done = with(row, Outcome.RESIZED, "");
    } catch (FleetException | RuntimeException e) {
      done = with(row, Outcome.FAILED, String.valueOf(e.getMessage()));
    }
    log.write(done, after);
    latest = Optional.of(done);
    return done;
  }

  /**
   * A memory that was lost to a failed read of the log would make the fleet shrink too early: no
   * memory, no decision.
   */
  private Memory recall() {
    Memory known = memory;
    if (known != null) {
      return known;
    }
    Optional<Remembered> stored = log.latest(id);
    latest = stored.map(Remembered::row);
    Memory recalled = stored.map(Remembered::memory).orElse(Memory.EMPTY);
    memory = recalled;
    return recalled;
  }

  /**
   * After a start or a gap, once: history that cannot be had leaves the windows to fill by
   * themselves.
   */
  private Memory rebuilt(Memory before, Work work, Instant now) {
    if (history.isEmpty() || Decide.remembers(before, now)) {
      return before;
    }
    Duration lookback = Decide.lookback(work.binding().scaling());
    Duration step = lookback.dividedBy(STEPS).plusMillis(1);
    List<List<Sample>> totals = new ArrayList<>();
    try {
      for (SignalQuery query : work.queries()) {
        totals.add(history.get().history(query, now.minus(lookback), now, step));
      }
    } catch (SignalException e) {
      LOG.atInfo().addKeyValue("fleet", id).log(e.getMessage());
      return before;
    }
    return Decide.rebuild(before, work.binding().scaling(), totals, now);
  }

  private void remember(LoggedDecision row, Memory after) {
    memory = after;
    latest = Optional.of(row);
    synchronized (trail) {
      trail.addLast(row.decision());
      if (trail.size() > limits.trail()) {
        trail.removeFirst();
      }
    }
  }

  private static Outcome outcome(Decision decision, boolean acting) {
    if (acting) {
      return Outcome.RESIZING;
    }
    return decision.changes() ? Outcome.OBSERVED : Outcome.UNCHANGED;
  }

  private LoggedDecision row(Decision decision, Mode mode, Outcome outcome) {
    Optional<LoggedDecision> shared = latest.filter(last -> says(last, decision, mode, outcome));
    long sequence =
        shared
            .map(LoggedDecision::sequence)
            .orElseGet(() -> latest.map(LoggedDecision::sequence).orElse(0L) + 1);
    return new LoggedDecision(
        sequence,
        decision,
        mode,
        shared.map(LoggedDecision::first).orElse(decision.at()),
        decision.at(),
        shared.map(LoggedDecision::evaluations).orElse(0L) + 1,
        outcome,
        "");
  }

  /** Whether a row already says what this decision says, so that they can share it. */
  private boolean says(LoggedDecision last, Decision decision, Mode mode, Outcome outcome) {
    Decision before = last.decision();
    Outcome repeated = outcome == Outcome.RESIZING ? Outcome.FAILED : outcome;
    return last.outcome() == repeated
        && last.mode() == mode
        && before.current() == decision.current()
        && before.result() == decision.result()
        && before.notes().equals(decision.notes())
        && rules(before).equals(rules(decision))
        && health(before).equals(health(decision))
        && Duration.between(last.first(), decision.at()).compareTo(limits.row()) < 0;
  }

  private static List<String> rules(Decision decision) {
    return decision.clamps().stream().map(Clamp::rule).toList();
  }

  private static List<Input.Health> health(Decision decision) {
    return decision.inputs().stream().map(Input::health).toList();
  }

  private static LoggedDecision with(LoggedDecision row, Outcome outcome, String error) {
    return new LoggedDecision(
        row.sequence(),
        row.decision(),
        row.mode(),
        row.first(),
        row.last(),
        row.evaluations(),
        outcome,
        error);
  }
}
