package io.windlass.webhooks.feed;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.rollout.EnvironmentState;
import io.windlass.engine.run.RunState;
import io.windlass.webhooks.delivery.DeliveryState;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Passes changes on to those who listen, in the order in which they were stored. Publishing never
 * waits for a listener: for one that is too slow, what waits is replaced by one {@link News.Reset}.
 * Safe for all threads.
 */
public final class Feed implements AutoCloseable {
  /**
   * Bounds of a feed.
   *
   * @param listeners at one time
   * @param waiting changes kept for one listener
   */
  public record Limits(int listeners, int waiting) {
    public static final Limits STANDARD = new Limits(200, 256);
  }

  /**
   * What a listener wants to hear of.
   *
   * @param kinds any of these
   * @param repository only of this one, as {@code acme/shop}; of all where it is empty
   */
  public record Filter(Set<Change.Kind> kinds, Optional<String> repository) {
    public Filter {
      kinds = Set.copyOf(kinds);
    }

    boolean fits(Change change) {
      return kinds.contains(change.kind()) && repository.map(change::belongsTo).orElse(true);
    }
  }

  private final Limits limits;
  private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
  private boolean closed;

  public Feed(Limits limits) {
    this.limits = limits;
  }

  /** Publishes what the journal stores of runs. */
  public Projection<RunState> runs() {
    return stored((_, run) -> Optional.of(Change.Run.of(run)));
  }

  /** Publishes what the journal stores of environments. */
  public Projection<EnvironmentState> environments() {
    return stored((_, environment) -> Optional.of(Change.Environment.of(environment)));
  }

  /** Publishes what the journal stores of deliveries. */
  public Projection<DeliveryState> deliveries() {
    return stored((subject, delivery) -> Change.Delivery.of(subject.key(), delivery));
  }

  /**
   * Looks only after the commit whether anybody listens: who begins to between such a look and the
   * commit would read the old state and never hear of the new one.
   */
  private <S> Projection<S> stored(BiFunction<Subject, S, Optional<Change>> change) {
    return (tx, subject, before, after, _) ->
        tx.afterCommit(() -> {
          if (!listeners.isEmpty() && !before.equals(Optional.of(after))) {
            change.apply(subject, after).ifPresent(this::publish);
          }
        });
  }

  /** Publishes a change that is stored. */
  public void publish(Change change) {
    listeners.forEach(listener -> listener.hear(change));
  }

  /**
   * Begins to listen; the first news is a reset.
   *
   * @return empty where too many listen, or the feed is closed
   */
  public synchronized Optional<Listener> listen(Filter filter) {
    if (closed || listeners.size() >= limits.listeners()) {
      return Optional.empty();
    }
    Listener listener = new Listener(filter);
    listeners.add(listener);
    return Optional.of(listener);
  }

  /** Ends all who listen, and lets nobody begin. */
  @Override
  public synchronized void close() {
    closed = true;
    listeners.forEach(Listener::end);
  }

  /** One who listens, until it is closed. */
  public final class Listener implements AutoCloseable {
    private final Filter filter;
    private final BlockingQueue<News> waiting = new ArrayBlockingQueue<>(limits.waiting());
    private boolean ended;

    private Listener(Filter filter) {
      this.filter = filter;
      waiting.add(new News.Reset(News.Reset.Reason.BEGUN));
    }

    private synchronized void hear(Change change) {
      if (!ended && filter.fits(change) && !waiting.offer(change)) {
        waiting.clear();
        waiting.add(new News.Reset(News.Reset.Reason.SLOW));
      }
    }

    private synchronized void end() {
      ended = true;
      waiting.clear();
      waiting.add(new News.End());
    }

    /** Waits for news; empty where there is none for so long. For one thread. */
    public Optional<News> next(Duration longest) throws InterruptedException {
      return Optional.ofNullable(waiting.poll(longest.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public void close() {
      listeners.remove(this);
    }
  }
}
