package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The waiting room for requests that nobody is ready for: a replica is often only a moment away.
 * Bounded in number and in time; each is tried again whenever the table changes.
 */
final class Holding {

  /** A request that waits. */
  private static final class Held {

    private final Exchange exchange;
    private final long until;
    private final AtomicBoolean left = new AtomicBoolean();

    Held(Exchange exchange, long until) {
      this.exchange = exchange;
      this.until = until;
    }
  }

  /** What to do with a request that leaves, and whether its time is over. */
  interface Exit {
    void tryAgain(Exchange exchange, boolean last);
  }

  private final Set<Held> room = ConcurrentHashMap.newKeySet();
  private final Duration longest;
  private final int most;
  private final Scheduler scheduler;
  private final Executor executor;
  private final Exit exit;

  Holding(Duration longest, int most, Scheduler scheduler, Executor executor, Exit exit) {
    this.longest = longest;
    this.most = most;
    this.scheduler = scheduler;
    this.executor = executor;
    this.exit = exit;
  }

  /** Keeps the request until something changes; false if there is no room, or its time is over. */
  boolean hold(Exchange exchange) {
    long until = exchange.getHeadersNanoTime() + longest.toNanos();
    long left = until - System.nanoTime();
    if (left <= 0 || room.size() >= most) {
      return false;
    }
    Held held = new Held(exchange, until);
    room.add(held);
    scheduler.schedule(() -> release(held, true), left, TimeUnit.NANOSECONDS);
    return true;
  }

  /** Something changed: everybody tries again. */
  void tableChanged() {
    room.forEach(held -> release(held, false));
  }

  private void release(Held held, boolean last) {
    if (held.left.compareAndSet(false, true)) {
      room.remove(held);
      boolean over = last || held.until - System.nanoTime() <= 0;
      executor.execute(() -> exit.tryAgain(held.exchange, over));
    }
  }
}
