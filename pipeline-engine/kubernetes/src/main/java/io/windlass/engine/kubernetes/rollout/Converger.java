package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Place;
import io.windlass.engine.kubernetes.environment.Watches;
import io.windlass.engine.kubernetes.environment.WishStore;
import io.windlass.engine.kubernetes.environment.WishStore.Kept;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings every environment to what is wanted of it and keeps it there. Woken by what the watches
 * bring; one environment is worked on by one thread at a time, and looks again as long as something
 * has changed meanwhile.
 */
final class Converger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Converger.class);

  /** Changes come in bursts; they are looked at together. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Duration UNSEEN = Duration.ofMillis(200);

  /** No watch brings news of certificates, which take minutes. */
  private static final Duration UNWATCHED = Duration.ofSeconds(2);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** An API server takes some hundred requests of one connection at a time. */
  private final Semaphore hands = new Semaphore(32);

  private final Watches watches;
  private final WishStore wishes;
  private final Observer observer;
  private final Writes writes;
  private final BiPredicate<Place, Kept> ours;
  private final Map<Place, Work> works = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** What is known of the work on one environment; a thread that works on it holds its monitor. */
  private static final class Work {
    final AtomicBoolean woken = new AtomicBoolean();
    final AtomicBoolean retried = new AtomicBoolean();
    final Unseen unseen;
    int failures;
    volatile Optional<Trouble> trouble = Optional.empty();

    Work(Unseen unseen) {
      this.unseen = unseen;
    }
  }

  /** What came of the work on one wish; it says nothing of a later one. */
  private record Trouble(Optional<Kept> of, ClusterException cause) {}

  /**
   * Works on nothing yet.
   *
   * @param ours whether an environment may be worked on where its wish was found
   */
  Converger(
      Watches watches,
      WishStore wishes,
      Observer observer,
      Writes writes,
      BiPredicate<Place, Kept> ours) {
    this.watches = watches;
    this.wishes = wishes;
    this.observer = observer;
    this.writes = writes;
    this.ours = ours;
  }

  /** Something has changed there. Returns at once. */
  void wake(Place place) {
    Work work = works.computeIfAbsent(place, any -> new Work(writes.unseen()));
    if (work.woken.compareAndSet(false, true)) {
      after(GATHER, place, () -> run(place, work));
    }
  }

  /** Changes wake as always meanwhile. */
  private void retry(Place place, Work work, Duration pause) {
    if (work.retried.compareAndSet(false, true)) {
      Runnable again =
          () -> {
            work.retried.set(false);
            wake(place);
          };
      after(pause, place, again);
    }
  }

  private void after(Duration pause, Place place, Runnable then) {
    Runnable waiting =
        () -> {
          try {
            Thread.sleep(pause);
            if (!closed) {
              then.run();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Thread.ofVirtual().name("kubernetes " + place).start(waiting);
  }

  private void run(Place place, Work work) {
    hands.acquireUninterruptibly();
    try {
      synchronized (work) {
        work.woken.set(false);
        if (!closed) {
          turn(place, work);
        }
      }
    } finally {
      hands.release();
    }
  }

  private void turn(Place place, Work work) {
    Optional<Kept> kept = Optional.empty();
    try {
      if (watches.trouble(place.namespace()).isPresent()
          || work.unseen.isLeft(watches.workloads(place))) {
        // What is not there may only not be seen.
        retry(place, work, UNSEEN);
        return;
      }
      kept = wishes.find(place);
      // What is written is seen a little later: the watch wakes us then.
      act(place, work, kept);
      work.failures = 0;
      work.trouble = Optional.empty();
    } catch (ClusterException e) {
      work.failures++;
      boolean changed = e.kind() == ClusterException.Kind.CONFLICT && e.conflicts().isEmpty();
      if (!changed || work.failures > 3) {
        work.trouble = Optional.of(new Trouble(kept, e));
        LOG.atWarn()
            .addKeyValue("environment", place)
            .addKeyValue("cause", e.getMessage())
            .log("could not go on; it is tried again");
      }
      retry(place, work, pause(work.failures));
    } catch (RuntimeException e) {
      work.failures++;
      LOG.atError().addKeyValue("environment", place).setCause(e).log("could not go on");
      retry(place, work, pause(work.failures));
    }
  }

  private static Duration pause(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 5));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private void act(Place place, Work work, Optional<Kept> kept) throws ClusterException {
    if (kept.isEmpty() || !ours.test(place, kept.get())) {
      return;
    }
    Observed observed = observer.observe(place, kept.get());
    if (Steps.awaitsCertificates(observed)) {
      retry(place, work, UNWATCHED);
    }
    for (Action action : Steps.next(observed)) {
      if (closed || !wishes.find(place).equals(kept)) {
        // Decided for what is wanted no more.
        wake(place);
        return;
      }
      writes.perform(action, place, kept.get(), observed, work.unseen);
      LOG.atInfo()
          .addKeyValue("environment", kept.get().environment())
          .addKeyValue("step", action)
          .log("took a step");
    }
  }

  /** What keeps the work on this very wish from going on; empty where nothing does. */
  Optional<ClusterException> trouble(Place place, Kept kept) {
    return Optional.ofNullable(works.get(place))
        .flatMap(work -> work.trouble)
        .filter(trouble -> trouble.of().equals(Optional.of(kept)))
        .map(Trouble::cause);
  }

  /** Returns when no write is under way any more. */
  @Override
  public void close() {
    closed = true;
    for (Work work : works.values()) {
      synchronized (work) {
        work.retried.set(true); // None from now on.
      }
    }
  }
}
