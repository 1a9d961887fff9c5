package io.windlass.webhooks.demo;

import java.time.Duration;
import java.util.Optional;

/** Waiting for something that is seen by looking again. */
final class Await {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** A look that may fail. */
  interface Look<T> {
    Optional<T> look() throws Exception;
  }

  private Await() {}

  /** Looks until something is seen or {@code within} has passed. */
  static <T> Optional<T> seen(Duration within, Look<T> look) throws Exception {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      Optional<T> seen = look.look();
      if (seen.isPresent() || System.nanoTime() >= deadline) {
        return seen;
      }
      Thread.sleep(PAUSE);
    }
  }
}
