package io.windlass.scaler.control;

import io.windlass.scaler.control.BoundFleet.Binding;
import io.windlass.scaler.control.BoundFleet.Work;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.SignalHistory;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every bound fleet at its right size, and is the only one that writes it.
 *
 * <p>A tick reads the signals of all fleets at once, then evaluates each fleet on a thread of its
 * own, so that one that hangs or fails holds up no other. A fleet whose last evaluation has not
 * ended is left out. Ticks never overlap: one that comes while another is under way is skipped by
 * {@link #tick}, and {@link #request} remembers the newest of them, so that a slow source delays
 * evaluations and never piles them up. Safe for several threads.
 */
public final class ScalerLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScalerLoop.class);

  private final SignalSource signals;
  private final Optional<SignalHistory> history;
  private final DecisionLog log;
  private final Holds holds;
  private final Consumer<LoggedDecision> listener;
  private final Limits limits;
  private final Map<FleetId, BoundFleet> fleets = new ConcurrentSkipListMap<>();
  private final ReentrantLock ticking = new ReentrantLock();
  private final AtomicReference<Optional<Instant>> requested =
      new AtomicReference<>(Optional.empty());
  private final Semaphore asked = new Semaphore(0);
  private final Thread worker;
  private final AtomicLong ticks = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong decisions = new AtomicLong();
  private final AtomicLong resizes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong left = new AtomicLong();
  private volatile Optional<Instant> lastTick = Optional.empty();

  /** A loop whose windows fill by themselves after a start. */
  public ScalerLoop(
      SignalSource signals,
      DecisionLog log,
      Holds holds,
      Consumer<LoggedDecision> listener,
      Limits limits) {
    this(signals, Optional.empty(), log, holds, listener, limits);
  }

  /**
   * A loop without fleets.
   *
   * @param history where the windows are filled from after a start
   * @param listener hears every row as it stands in the log, on the fleet's thread; must not block
   */
  public ScalerLoop(
      SignalSource signals,
      Optional<SignalHistory> history,
      DecisionLog log,
      Holds holds,
      Consumer<LoggedDecision> listener,
      Limits limits) {
    this.signals = signals;
    this.history = history;
    this.log = log;
    this.holds = holds;
    this.listener = listener;
    this.limits = limits;
    this.worker = Thread.ofVirtual().name("scaler-loop").start(this::work);
  }

  /**
   * Puts a fleet under the loop, or exchanges what is bound for it: a new policy applies from the
   * next tick on and what was remembered stays.
   */
  public void bind(Fleet fleet, Scaling scaling) {
    Binding binding = new Binding(fleet, scaling);
    fleets.compute(
        fleet.id(),
        (id, bound) -> {
          if (bound == null) {
            return new BoundFleet(id, binding, log, history, limits);
          }
          bound.rebind(binding);
          return bound;
        });
  }

  /** Takes a fleet out. A resize that is under way may still end; none begins afterwards. */
  public void unbind(FleetId fleet) {
    BoundFleet bound = fleets.remove(fleet);
    if (bound != null) {
      bound.unbind();
    }
  }

  /** The fleets under the loop, in order. */
  public List<FleetId> bound() {
    return List.copyOf(fleets.keySet());
  }

  /**
   * Asks for a tick soon and returns at once; several requests that wait become one, the newest.
   */
  public void request(Instant now) {
    requested.set(Optional.of(now));
    asked.release();
  }

  /**
   * Evaluates every fleet once and returns when they are done, or when {@link Limits#evaluation}
   * has passed.
   *
   * @return false if another tick was under way and nothing was done
   */
  public boolean tick(Instant now) {
    if (!ticking.tryLock()) {
      skipped.incrementAndGet();
      return false;
    }
    try {
      ticks.incrementAndGet();
      lastTick = Optional.of(now);
      evaluate(now);
      return true;
    } finally {
      ticking.unlock();
    }
  }

  /** The newest row of a fleet's log, as this loop wrote it. */
  public Optional<LoggedDecision> latest(FleetId fleet) {
    return Optional.ofNullable(fleets.get(fleet)).flatMap(BoundFleet::latest);
  }

  /** A fleet's latest decisions, oldest first, every tick of them: for charts. */
  public List<Decision> trail(FleetId fleet) {
    return Optional.ofNullable(fleets.get(fleet)).map(BoundFleet::trail).orElse(List.of());
  }

  /** Why a fleet's last evaluation went wrong; empty if it went well. */
  public Optional<String> problem(FleetId fleet) {
    return Optional.ofNullable(fleets.get(fleet)).flatMap(BoundFleet::problem);
  }

  public Stats stats() {
    return new Stats(
        ticks.get(),
        skipped.get(),
        decisions.get(),
        resizes.get(),
        failures.get(),
        left.get(),
        lastTick);
  }

  /** Ends the worker; evaluations under way end by themselves. */
  @Override
  public void close() {
    worker.interrupt();
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        asked.acquire();
        asked.drainPermits();
        requested.getAndSet(Optional.empty()).ifPresent(this::tickSafely);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The worker must outlive whatever one tick does. */
  private void tickSafely(Instant now) {
    try {
      tick(now);
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      LOG.atError().setCause(e).log("A tick failed");
    }
  }

  private record Task(BoundFleet fleet, Work work) {}

  private void evaluate(Instant now) {
    List<Task> tasks = new ArrayList<>();
    for (BoundFleet fleet : fleets.values()) {
      fleet.begin(signals.interval()).ifPresent(work -> tasks.add(new Task(fleet, work)));
    }
    List<Reading> readings =
        read(tasks.stream().flatMap(task -> task.work().queries().stream()).toList(), now);
    CountDownLatch ended = new CountDownLatch(tasks.size());
    int next = 0;
    for (Task task : tasks) {
      List<Reading> own = readings.subList(next, next + task.work().queries().size());
      next += own.size();
      Thread.ofVirtual()
          .name("scaler-" + task.fleet().id())
          .start(() -> {
            try {
              evaluate(task, own, now);
            } finally {
              task.fleet().end();
              ended.countDown();
            }
          });
    }
    await(ended);
  }

  private void evaluate(Task task, List<Reading> readings, Instant now) {
    FleetId id = task.fleet().id();
    try {
      LoggedDecision row = task.fleet().evaluate(task.work(), readings, holds.active(id, now), now);
      decisions.incrementAndGet();
      switch (row.outcome()) {
        case RESIZED -> {
          resizes.incrementAndGet();
          LOG.atInfo().addKeyValue("fleet", id).log(row.decision().sentence());
        }
        case FAILED -> failed(id, row.error());
        case UNCHANGED, OBSERVED, RESIZING -> {}
      }
      tell(row);
    } catch (FleetException | RuntimeException e) {
      task.fleet().failed(String.valueOf(e.getMessage()));
      failed(id, String.valueOf(e.getMessage()));
    }
  }

  /** Who listens may fail without harm to the fleet. */
  private void tell(LoggedDecision row) {
    try {
      listener.accept(row);
    } catch (RuntimeException e) {
      LOG.atError()
          .setCause(e)
          .addKeyValue("fleet", row.decision().fleet())
          .log("A listener failed");
    }
  }

  private void failed(FleetId fleet, String why) {
    failures.incrementAndGet();
    LOG.atWarn().addKeyValue("fleet", fleet).log(why);
  }

  private void await(CountDownLatch ended) {
    try {
      if (!ended.await(limits.evaluation().toMillis(), TimeUnit.MILLISECONDS)) {
        left.addAndGet(ended.getCount());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The source promises to answer in time; if it breaks its word, its signals are missing and the
   * loop goes on.
   */
  private List<Reading> read(List<SignalQuery> queries, Instant now) {
    if (queries.isEmpty()) {
      return List.of();
    }
    FutureTask<List<Reading>> reading = new FutureTask<>(() -> signals.read(queries, now));
    Thread.ofVirtual().name("scaler-signals").start(reading);
    try {
      List<Reading> read = reading.get(limits.reading().toMillis(), TimeUnit.MILLISECONDS);
      return read.size() == queries.size()
          ? read
          : missing(
              queries,
              "the source answered %d of %d queries".formatted(read.size(), queries.size()));
    } catch (TimeoutException e) {
      reading.cancel(true);
      return missing(
          queries, "the source did not answer within " + Amounts.duration(limits.reading()));
    } catch (ExecutionException e) {
      return missing(queries, "the source failed: " + e.getCause());
    } catch (InterruptedException e) {
      reading.cancel(true);
      Thread.currentThread().interrupt();
      return missing(queries, "reading was interrupted");
    }
  }

  private static List<Reading> missing(List<SignalQuery> queries, String reason) {
    return queries.stream().<Reading>map(query -> new Reading.Missing(query, reason)).toList();
  }
}
