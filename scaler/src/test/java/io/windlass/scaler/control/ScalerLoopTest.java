package io.windlass.scaler.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.scaler.control.LoggedDecision.Outcome;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Hold;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Rate;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.signal.MemorySignals;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalException;
import io.windlass.scaler.signal.SignalHistory;
import io.windlass.scaler.signal.SignalQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScalerLoopTest {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final FleetId WORKER = FleetId.parse("acme/shop/production/worker");
  private static final Signal CPU = new Signal.Cpu();
  private static final Instant START = Instant.parse("2026-03-02T10:00:00Z");
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration TICK = Duration.ofSeconds(15);
  private static final Scaling SCALING =
      Scaling.of(2, 8, Policy.TargetTracking.of(CPU, 0.6))
          .with(
              new ScaleIn(
                  Duration.ofMinutes(1), new Rate(new Rate.Replicas(1), Duration.ofSeconds(30))));

  private final MemorySignals signals = new MemorySignals();
  private final MemoryDecisionLog log = new MemoryDecisionLog();
  private final Holds holds = new Holds();
  private final List<LoggedDecision> heard = new CopyOnWriteArrayList<>();
  private final MemoryFleet web = new MemoryFleet(WEB, 2, () -> LONG_AGO);
  private final List<ScalerLoop> loops = new ArrayList<>();
  private ScalerLoop loop = loop(log, Limits.STANDARD);
  private Instant now = START;

  @AfterEach
  void close() {
    loops.forEach(ScalerLoop::close);
  }

  @Test
  void grows_a_busy_fleet_and_says_why() {
    loop.bind(web, SCALING);
    busy(web, 0.9);

    loop.tick(now);

    assertThat(web.written()).containsExactly(3);
    LoggedDecision row = loop.latest(WEB).orElseThrow();
    assertThat(row.outcome()).isEqualTo(Outcome.RESIZED);
    assertThat(row.decision().sentence())
        .isEqualTo(
            "Grows from 2 to 3 replicas: cpu is at 90% per replica where 60% is wanted, which needs 3 replicas.");
    assertThat(heard).containsExactly(row);
  }

  @Test
  void writes_nothing_where_it_only_observes() {
    loop.bind(web, SCALING.observing());
    busy(web, 0.9);

    loop.tick(now);

    assertThat(web.written()).isEmpty();
    assertThat(loop.latest(WEB).orElseThrow().outcome()).isEqualTo(Outcome.OBSERVED);
    Decision decision = loop.latest(WEB).orElseThrow().decision();
    assertThat(decision.result()).isEqualTo(3);
    assertThat(decision.sentence()).startsWith("Would grow from 2 to 3 replicas: cpu is at 90%");
  }

  @Test
  void gives_an_observed_fleet_its_first_replicas_and_no_more() {
    MemoryFleet fresh = new MemoryFleet(WEB, 0, () -> LONG_AGO);
    loop.bind(fresh, SCALING.observing());

    loop.tick(now);
    assertThat(fresh.written()).containsExactly(2);
    assertThat(loop.latest(WEB).orElseThrow().outcome()).isEqualTo(Outcome.RESIZED);

    fresh.settle();
    busy(fresh, 3.0);
    loop.tick(now = now.plus(TICK));
    assertThat(fresh.written()).containsExactly(2);
    assertThat(loop.latest(WEB).orElseThrow().outcome()).isEqualTo(Outcome.OBSERVED);
    assertThat(loop.latest(WEB).orElseThrow().mode()).isEqualTo(Mode.OBSERVE);
  }

  @Test
  void leaves_a_fleet_at_its_size_when_it_begins_to_observe() {
    loop.bind(web, SCALING);
    busy(web, 0.9);
    loop.tick(now);
    assertThat(web.written()).containsExactly(3);

    loop.bind(web, Scaling.of(2, 2).observing());
    loop.tick(now = now.plus(TICK));

    assertThat(web.written()).containsExactly(3);
    assertThat(loop.latest(WEB).orElseThrow().decision().sentence())
        .startsWith("Would shrink from 3 to 2 replicas");
  }

  @Test
  void stores_a_resize_before_it_writes_the_fleet() {
    List<String> order = new CopyOnWriteArrayList<>();
    DecisionLog watching =
        new ForwardingLog(log) {
          @Override
          public void write(LoggedDecision row, Memory memory) {
            order.add("log " + row.outcome());
            super.write(row, memory);
          }
        };
    loop = loop(watching, Limits.STANDARD);
    loop.bind(
        new ForwardingFleet(web) {
          @Override
          public void resize(int wanted, String reason) throws FleetException {
            order.add("fleet");
            super.resize(wanted, reason);
          }
        },
        SCALING);
    busy(web, 0.9);

    loop.tick(now);

    assertThat(order).containsExactly("log RESIZING", "fleet", "log RESIZED");
  }

  @Test
  void sets_no_size_that_it_cannot_store() {
    DecisionLog full =
        new ForwardingLog(log) {
          @Override
          public void write(LoggedDecision row, Memory memory) {
            throw new IllegalStateException("the disk is full");
          }
        };
    loop = loop(full, Limits.STANDARD);
    loop.bind(web, SCALING);
    busy(web, 0.9);

    loop.tick(now);

    assertThat(web.written()).isEmpty();
    assertThat(loop.problem(WEB)).contains("the disk is full");
  }

  @Test
  void decides_again_when_a_resize_failed() {
    loop.bind(web, SCALING);
    busy(web, 0.9);
    AtomicInteger refusals = new AtomicInteger(2);
    loop.bind(
        new ForwardingFleet(web) {
          @Override
          public void resize(int wanted, String reason) throws FleetException {
            if (refusals.getAndDecrement() > 0) {
              throw new FleetException("Tried to resize but the quota is used up");
            }
            super.resize(wanted, reason);
          }
        },
        SCALING);

    ticks(2);

    assertThat(loop.latest(WEB).orElseThrow().outcome()).isEqualTo(Outcome.FAILED);
    assertThat(loop.problem(WEB)).hasValueSatisfying(p -> assertThat(p).contains("quota"));
    assertThat(log.recent(WEB, 10)).as("the same failure shares a row").hasSize(1);

    ticks(1);

    assertThat(web.written()).containsExactly(3);
    assertThat(loop.problem(WEB)).isEmpty();
  }

  @Test
  void shares_one_row_between_evaluations_that_say_the_same() {
    loop.bind(web, SCALING);
    busy(web, 0.6);

    ticks(20);

    assertThat(log.recent(WEB, 10))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.evaluations()).isEqualTo(20);
          assertThat(row.first()).isEqualTo(START);
          assertThat(row.last()).isEqualTo(START.plus(TICK.multipliedBy(19)));
        });
    assertThat(loop.trail(WEB)).hasSize(20);
  }

  @Test
  void begins_a_new_row_now_and_then_so_that_a_quiet_day_can_be_looked_at() {
    loop.bind(web, SCALING);
    busy(web, 0.6);

    ticks(100);

    assertThat(log.recent(WEB, 10)).hasSize(3);
  }

  @Test
  void keeps_a_fleet_large_while_a_rollout_holds_it() {
    loop.bind(web, SCALING);
    grownTo(4);
    busy(web, 0.1);
    holds.hold(new Hold("rollout 7", WEB, "release 7 rolls out", now.plus(Duration.ofMinutes(10))));

    ticks(30);

    assertThat(wanted()).isEqualTo(4);

    ticks(20);

    assertThat(wanted()).as("the hold has ended by itself").isEqualTo(2);
  }

  @Test
  void adopts_a_size_that_somebody_else_set() {
    loop.bind(web, SCALING);
    busy(web, 0.6);
    ticks(10);
    web.writeFromOutside(6, "kubectl");
    web.settle();
    busy(web, 0.1);

    ticks(1);

    assertThat(wanted()).isEqualTo(6);
    assertThat(loop.latest(WEB).orElseThrow().decision().notes())
        .containsExactly("kubectl set the size from 2 to 6; it was adopted");
  }

  @Test
  void takes_its_own_write_for_its_own_after_a_crash_in_between() {
    DecisionLog dying =
        new ForwardingLog(log) {
          @Override
          public void write(LoggedDecision row, Memory memory) {
            if (row.outcome() != Outcome.RESIZING) {
              throw new IllegalStateException("killed");
            }
            super.write(row, memory);
          }
        };
    loop = loop(dying, Limits.STANDARD);
    loop.bind(web, SCALING);
    busy(web, 0.9);
    ticks(1);
    assertThat(wanted()).isEqualTo(3);

    loop = loop(log, Limits.STANDARD);
    loop.bind(web, SCALING);
    ticks(1);

    assertThat(loop.latest(WEB).orElseThrow().decision().notes()).isEmpty();
    assertThat(loop.latest(WEB).orElseThrow().sequence()).isEqualTo(2);
  }

  @Test
  void remembers_across_a_restart_what_was_needed_before_it() {
    loop.bind(web, SCALING);
    grownTo(4);
    busy(web, 0.6);
    ticks(4);

    loop = loop(log, Limits.STANDARD);
    loop.bind(web, SCALING);
    busy(web, 0.1);
    ticks(3);

    assertThat(wanted()).isEqualTo(4);

    ticks(20);

    assertThat(wanted()).isEqualTo(2);
  }

  @Test
  void fills_its_windows_from_history_after_a_start() {
    List<Instant> asked = new CopyOnWriteArrayList<>();
    SignalHistory history =
        (query, from, to, step) -> {
          asked.add(to);
          return Stream.of(0, 15, 30, 45, 60)
              .map(s -> new Sample(0.6, from.plusSeconds(s)))
              .toList();
        };
    loop = new ScalerLoop(signals, Optional.of(history), log, holds, heard::add, Limits.STANDARD);
    loops.add(loop);
    web.writeFromOutside(4, "the test");
    web.settle();
    loop.bind(web, SCALING);
    busy(web, 0.15);

    ticks(2);

    assertThat(web.written()).containsExactly(3);
    assertThat(asked).as("once is enough").containsExactly(START);
  }

  @Test
  void goes_on_without_a_history_that_cannot_be_had() {
    SignalHistory history =
        (query, from, to, step) -> {
          throw new SignalException("Tried to read what cpu was but the server is down");
        };
    loop = new ScalerLoop(signals, Optional.of(history), log, holds, heard::add, Limits.STANDARD);
    loops.add(loop);
    loop.bind(web, SCALING);
    busy(web, 0.9);

    ticks(1);

    assertThat(web.written()).containsExactly(3);
  }

  @Test
  void goes_on_with_the_others_when_one_fleet_hangs() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    AtomicInteger entered = new AtomicInteger();
    loop =
        loop(
            log,
            new Limits(Duration.ofSeconds(20), Duration.ofMillis(50), Duration.ofMinutes(10), 10));
    MemoryFleet worker = new MemoryFleet(WORKER, 2, () -> LONG_AGO);
    loop.bind(
        new ForwardingFleet(web) {
          @Override
          public FleetState state() throws FleetException {
            entered.incrementAndGet();
            awaitQuietly(hanging);
            return super.state();
          }
        },
        SCALING);
    loop.bind(worker, SCALING);
    busy(worker, 0.9);

    loop.tick(now);
    loop.tick(now.plus(TICK));

    await().untilAsserted(() -> assertThat(worker.written()).contains(3));
    assertThat(entered).as("one evaluation of a fleet at a time").hasValue(1);
    hanging.countDown();
    await().untilAsserted(() -> assertThat(loop.latest(WEB)).isPresent());
  }

  @Test
  void goes_on_with_the_others_when_one_fleet_fails() {
    MemoryFleet worker = new MemoryFleet(WORKER, 2, () -> LONG_AGO);
    loop.bind(web, SCALING);
    loop.bind(worker, SCALING);
    web.breakWith("its machine is gone");
    busy(worker, 0.9);

    loop.tick(now);

    assertThat(worker.written()).containsExactly(3);
    assertThat(loop.problem(WEB))
        .hasValueSatisfying(p -> assertThat(p).contains("its machine is gone"));
    assertThat(loop.stats().failures()).isEqualTo(1);
  }

  @Test
  void skips_a_tick_that_comes_while_a_slow_source_is_read() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    AtomicInteger reads = new AtomicInteger();
    loop =
        new ScalerLoop(
            (queries, at) -> {
              reads.incrementAndGet();
              reading.countDown();
              awaitQuietly(slow);
              return signals.read(queries, at);
            },
            log,
            holds,
            heard::add,
            Limits.STANDARD);
    loops.add(loop);
    loop.bind(web, SCALING);
    busy(web, 0.9);
    Thread first = Thread.ofVirtual().start(() -> loop.tick(START));
    reading.await();

    assertThat(loop.tick(START.plus(TICK))).isFalse();

    slow.countDown();
    first.join();
    assertThat(reads).hasValue(1);
    assertThat(loop.stats().skipped()).isEqualTo(1);
  }

  @Test
  void makes_one_tick_of_many_requests() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch slow = new CountDownLatch(1);
    List<Instant> read = new CopyOnWriteArrayList<>();
    loop =
        new ScalerLoop(
            (queries, at) -> {
              read.add(at);
              reading.countDown();
              awaitQuietly(slow);
              return signals.read(queries, at);
            },
            log,
            holds,
            heard::add,
            Limits.STANDARD);
    loops.add(loop);
    loop.bind(web, SCALING);
    loop.request(START);
    reading.await();
    for (int i = 1; i <= 50; i++) {
      loop.request(START.plusSeconds(i));
    }

    slow.countDown();

    await().untilAsserted(() -> assertThat(read).containsExactly(START, START.plusSeconds(50)));
  }

  @Test
  void holds_the_size_when_the_source_breaks_its_word() {
    loop =
        new ScalerLoop(
            (queries, at) -> {
              throw new IllegalStateException("a bug");
            },
            log,
            holds,
            heard::add,
            Limits.STANDARD);
    loops.add(loop);
    loop.bind(web, SCALING);

    loop.tick(now);

    assertThat(loop.latest(WEB).orElseThrow().decision().sentence())
        .startsWith("Stays at 2 replicas: cpu has no whole data")
        .contains("a bug");
  }

  @Test
  void leaves_a_fleet_alone_that_was_taken_out() {
    loop.bind(web, SCALING);
    loop.unbind(WEB);
    busy(web, 0.9);

    loop.tick(now);

    assertThat(web.written()).isEmpty();
    assertThat(loop.bound()).isEmpty();
  }

  private ScalerLoop loop(DecisionLog log, Limits limits) {
    ScalerLoop made = new ScalerLoop(signals, log, holds, heard::add, limits);
    loops.add(made);
    return made;
  }

  private void busy(MemoryFleet fleet, double share) {
    try {
      Map<String, Double> each = new HashMap<>();
      fleet.state().replicas().forEach(replica -> each.put(replica.id(), share));
      signals.set(fleet.id(), CPU, each, now);
    } catch (FleetException e) {
      throw new AssertionError(e);
    }
  }

  /** Ticks with fresh samples of the same values. */
  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      web.settle();
      refresh();
      loop.tick(now);
      now = now.plus(TICK);
    }
  }

  private void refresh() {
    var reading =
        signals.read(List.of(SignalQuery.of(WEB, CPU, Duration.ofSeconds(30))), now).getFirst();
    if (reading instanceof Reading.PerReplica each && !each.samples().isEmpty()) {
      busy(web, each.samples().values().iterator().next().value());
    }
  }

  private void grownTo(int size) {
    try {
      web.resize(size, "a test");
      web.settle();
    } catch (FleetException e) {
      throw new AssertionError(e);
    }
    busy(web, 0.6);
    ticks(10);
  }

  private int wanted() {
    try {
      return web.state().wanted();
    } catch (FleetException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static class ForwardingFleet implements Fleet {
    private final Fleet to;

    ForwardingFleet(Fleet to) {
      this.to = to;
    }

    @Override
    public FleetId id() {
      return to.id();
    }

    @Override
    public FleetState state() throws FleetException {
      return to.state();
    }

    @Override
    public void resize(int wanted, String reason) throws FleetException {
      to.resize(wanted, reason);
    }
  }

  private static class ForwardingLog implements DecisionLog {
    private final DecisionLog to;

    ForwardingLog(DecisionLog to) {
      this.to = to;
    }

    @Override
    public void write(LoggedDecision row, Memory memory) {
      to.write(row, memory);
    }

    @Override
    public Optional<Remembered> latest(FleetId fleet) {
      return to.latest(fleet);
    }

    @Override
    public List<LoggedDecision> recent(FleetId fleet, int limit) {
      return to.recent(fleet, limit);
    }
  }
}
