package io.windlass.engine.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.LoggerFactory;

/**
 * Runs actions when their time has come. It looks at the clock at least once a second while
 * anything waits, so a clock that is set, or a machine that slept, does no harm.
 */
final class Alarms implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private record Entry(Instant due, long order, Runnable action) {}

  private final InstantSource clock;
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparing(Entry::due).thenComparingLong(Entry::order));
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private long order;
  private boolean closed;

  Alarms(InstantSource clock) {
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("windlass-alarms").daemon().unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** Runs a quick action on the alarms' own thread, not before {@code due}. */
  void at(Instant due, Runnable action) {
    lock.lock();
    try {
      entries.add(new Entry(due, order++, action));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Looks at the clock now. */
  void look() {
    lock.lock();
    try {
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    while (true) {
      List<Entry> due;
      try {
        due = waitForDue();
      } catch (InterruptedException _) {
        return;
      }
      for (Entry entry : due) {
        try {
          entry.action().run();
        } catch (RuntimeException e) {
          LoggerFactory.getLogger(Alarms.class).atError().setCause(e).log("What was due failed");
        }
      }
    }
  }

  private List<Entry> waitForDue() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        if (closed) {
          throw new InterruptedException();
        }
        Instant now = clock.instant();
        var due = new ArrayList<Entry>();
        for (Entry first = entries.peek();
            first != null && !first.due().isAfter(now);
            first = entries.peek()) {
          due.add(entries.remove());
        }
        if (!due.isEmpty()) {
          return due;
        }
        Entry next = entries.peek();
        if (next == null) {
          changed.await();
        } else {
          Duration left = Duration.between(now, next.due());
          long nanos = (left.compareTo(LOOK) < 0 ? left : LOOK).toNanos();
          long _ = changed.awaitNanos(nanos);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      entries.clear();
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
