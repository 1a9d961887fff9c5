package io.windlass.engine.journal;

import io.windlass.engine.journal.Parcel.Event;
import io.windlass.engine.journal.Parcel.Work;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Performs what parcels ask for, in a way that the test decides. */
final class Carrier implements Performer<Work, Event> {
  /** How the test wants a parcel carried. */
  interface Way {
    Optional<Event> carry(EffectId id, Work.Carry work) throws Exception;
  }

  static final Way AT_ONCE =
      (_, work) -> Optional.of(new Event.Arrived("carrier of " + work.things()));

  final List<EffectId> calls = new CopyOnWriteArrayList<>();
  volatile Way way = AT_ONCE;
  volatile Retry retry = new Retry(3, Duration.ofMillis(1), Duration.ofMillis(2));
  volatile boolean waits;
  volatile int limit = 64;

  @Override
  public Optional<Event> perform(EffectId id, Work effect) throws Exception {
    calls.add(id);
    return way.carry(id, (Work.Carry) effect);
  }

  @Override
  public Optional<Event> onGivenUp(EffectId id, Work effect, Throwable error) {
    return Optional.of(new Event.Lost(String.valueOf(error.getMessage())));
  }

  @Override
  public Retry retry(Work effect) {
    return retry;
  }

  @Override
  public int limit(Class<? extends Work> type) {
    return limit;
  }

  @Override
  public boolean waits(Work effect) {
    return waits;
  }
}
