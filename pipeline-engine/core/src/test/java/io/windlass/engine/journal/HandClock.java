package io.windlass.engine.journal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes on when the test says so. */
public final class HandClock implements InstantSource {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Lets this much time pass at once. */
  public void forward(Duration time) {
    now.updateAndGet(before -> before.plus(time));
  }
}
