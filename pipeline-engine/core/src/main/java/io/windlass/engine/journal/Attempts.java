package io.windlass.engine.journal;

import io.windlass.engine.journal.EffectTable.WaitingEffect;
import io.windlass.engine.journal.JournalListener.Attempt;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs effects, each attempt on a virtual thread of its own, and writes down how it ended. */
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

  /** What an ended attempt leads to. */
  private sealed interface Outcome {
    record Done(Optional<String> event) implements Outcome {}

    record Again(WaitingEffect effect, String error) implements Outcome {}

    record GivenUp(Optional<String> event, String error) implements Outcome {}

    /**
     * There is no event to tell: this version cannot read the effect, or its performer broke its
     * contract.
     */
    record Stuck(EffectRow.Status status, String error) implements Outcome {}

    /** The journal is closing, or the effect has ended already; the row stays as it is. */
    record Left() implements Outcome {}
  }

  private record Running(Thread thread, boolean waits) {}

  private final Outbox outbox;
  private final InstantSource clock;
  private final Alarms alarms;
  private final JournalListener listener;
  private final RandomGenerator random;
  private final Map<EffectId, Running> running = new ConcurrentHashMap<>();
  private volatile boolean closing;

  Attempts(
      Outbox outbox,
      InstantSource clock,
      Alarms alarms,
      JournalListener listener,
      RandomGenerator random) {
    this.outbox = outbox;
    this.clock = clock;
    this.alarms = alarms;
    this.listener = listener;
    this.random = random;
  }

  /** Begins an attempt; the lanes hear when it has ended. */
  void begin(WaitingEffect effect, Lanes lanes) {
    if (closing) {
      return;
    }
    Thread thread =
        Thread.ofVirtual().name("effect " + effect.id()).unstarted(() -> attempt(effect, lanes));
    running.put(effect.id(), new Running(thread, false));
    thread.start();
  }

  private void attempt(WaitingEffect effect, Lanes lanes) {
    Optional<WaitingEffect> again = Optional.empty();
    try {
      Optional<String> stored = outbox.waiting(effect);
      Outcome outcome =
          stored.isEmpty()
              ? new Outcome.Left()
              : perform(outbox.kind(effect), effect, stored.get());
      boolean _ =
          Thread.interrupted(); // meant for the performer; what follows must be written down
      again = conclude(effect, outcome);
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("effect", effect.id())
          .setCause(e)
          .log("Could not write down how an effect ended; it is taken up at the next start");
    } finally {
      running.remove(effect.id());
    }
    again.ifPresentOrElse(lanes::again, () -> lanes.ended(effect));
  }

  private <F, E> Outcome perform(Kind<?, E, F> kind, WaitingEffect effect, String stored) {
    long begin = System.nanoTime();
    Outcome outcome;
    try {
      F what = kind.codec().read(kind.machine().effectType(), stored);
      outcome = perform(kind, effect, what);
    } catch (UnreadableException e) {
      outcome = new Outcome.Stuck(EffectRow.Status.UNREADABLE, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      outcome =
          new Outcome.Stuck(
              EffectRow.Status.GIVEN_UP,
              "Tried to end the effect '" + effect.id() + "' but its performer threw " + e);
    }
    listener.attempted(
        effect.id().subject().kind(),
        effect.type(),
        attempt(outcome),
        Duration.ofNanos(System.nanoTime() - begin));
    return outcome;
  }

  private <F, E> Outcome perform(Kind<?, E, F> kind, WaitingEffect effect, F what) {
    Performer<F, E> performer = kind.performer();
    Thread self = Thread.currentThread();
    boolean waits = performer.waits(what);
    running.put(effect.id(), new Running(self, waits));
    if (closing && waits) {
      // Close has interrupted those that wait already, and would wait for this one to its end.
      return new Outcome.Left();
    }
    effect.deadline().ifPresent(deadline -> alarms.at(deadline, () -> interrupt(effect.id())));
    try {
      if (passed(effect)) {
        return givenUp(kind, effect, what, late(effect));
      }
      Optional<E> event = performer.perform(effect.id(), what);
      return new Outcome.Done(event.map(told -> kind.told(told).json()));
    } catch (Throwable e) {
      if (closing) {
        return new Outcome.Left();
      }
      return passed(effect)
          ? givenUp(kind, effect, what, late(effect))
          : failed(kind, effect, what, e);
    }
  }

  private <F, E> Outcome failed(Kind<?, E, F> kind, WaitingEffect effect, F what, Throwable error) {
    Retry retry = kind.performer().retry(what);
    int failed = effect.attempts() + 1;
    LOG.atWarn()
        .addKeyValue("effect", effect.id())
        .addKeyValue("type", effect.type())
        .addKeyValue("attempt", failed)
        .addKeyValue("error", error.toString())
        .log("An attempt at an effect failed");
    if (failed >= retry.attempts()) {
      return givenUp(kind, effect, what, error);
    }
    Instant next = clock.instant().plus(retry.waitAfter(failed, random));
    Instant due = effect.deadline().filter(next::isAfter).orElse(next);
    return new Outcome.Again(effect.again(due), error.toString());
  }

  private <F, E> Outcome givenUp(
      Kind<?, E, F> kind, WaitingEffect effect, F what, Throwable error) {
    Optional<E> event = kind.performer().onGivenUp(effect.id(), what, error);
    return new Outcome.GivenUp(event.map(told -> kind.told(told).json()), error.toString());
  }

  private boolean passed(WaitingEffect effect) {
    return effect.deadline().filter(deadline -> !clock.instant().isBefore(deadline)).isPresent();
  }

  private static TimeoutException late(WaitingEffect effect) {
    return new TimeoutException(
        "Tried to perform '" + effect.type() + "' but its deadline has passed");
  }

  /** Writes down how it ended; the next attempt, if there is to be one. */
  private Optional<WaitingEffect> conclude(WaitingEffect effect, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(Optional<String> event) ->
          outbox.end(effect, EffectRow.Status.DONE, Optional.empty(), event);
      case Outcome.GivenUp(Optional<String> event, String error) ->
          outbox.end(effect, EffectRow.Status.GIVEN_UP, Optional.of(error), event);
      case Outcome.Stuck(EffectRow.Status status, String error) ->
          outbox.stuck(effect, status, error);
      case Outcome.Again(WaitingEffect again, String error) -> {
        outbox.postpone(again, error);
        return Optional.of(again);
      }
      case Outcome.Left() -> {}
    }
    return Optional.empty();
  }

  private static Attempt attempt(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> Attempt.DONE;
      case Outcome.Again _ -> Attempt.RETRIED;
      case Outcome.GivenUp _, Outcome.Stuck _ -> Attempt.GIVEN_UP;
      case Outcome.Left _ -> Attempt.INTERRUPTED;
    };
  }

  private void interrupt(EffectId id) {
    Running attempt = running.get(id);
    if (attempt != null) {
      attempt.thread().interrupt();
    }
  }

  /** Interrupts what waits, gives the rest time to end, and then interrupts that too. */
  void close(Duration grace) {
    closing = true;
    running.values().stream()
        .filter(Running::waits)
        .forEach(attempt -> attempt.thread().interrupt());
    if (!idleWithin(grace)) {
      running.values().forEach(attempt -> attempt.thread().interrupt());
      if (!idleWithin(AFTER_INTERRUPT)) {
        LOG.atWarn()
            .addKeyValue("effects", running.keySet())
            .log("Left effects behind that do not listen; they are taken up at the next start");
      }
    }
  }

  private boolean idleWithin(Duration wait) {
    Instant until = Instant.now().plus(wait);
    for (Running attempt : running.values()) {
      try {
        Duration left = Duration.between(Instant.now(), until);
        if (left.isNegative() || !attempt.thread().join(left)) {
          return running.isEmpty();
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }
}
