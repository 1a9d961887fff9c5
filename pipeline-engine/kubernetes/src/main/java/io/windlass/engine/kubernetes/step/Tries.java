package io.windlass.engine.kubernetes.step;

import io.windlass.scaler.syntax.Units;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that a busy cluster may not do at once, tried again after pauses that grow, for a time.
 * One thread at a time.
 */
final class Tries {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Duration within;
  private Duration pause = FIRST_PAUSE;
  private int failed;
  private Instant since = Instant.MAX;
  private Instant next = Instant.MIN;
  private String why = "";

  /**
   * Begins with none.
   *
   * @param within how long it is tried again, counted from when the first try began
   */
  Tries(Duration within) {
    this.within = within;
  }

  /** Whether it is time for the next one. */
  boolean isDue(Instant now) {
    return !now.isBefore(next);
  }

  /** How long until the next one is due; not positive where it is. */
  Duration left(Instant now) {
    return failed == 0 ? Duration.ZERO : Duration.between(now, next);
  }

  /**
   * Counts one that has failed.
   *
   * @param reason what it failed for
   * @param began when it was begun
   * @return whether there is to be another one
   */
  boolean failed(String reason, Instant began, Instant now) {
    failed++;
    why = reason;
    since = began.isBefore(since) ? began : since;
    next = now.plus(pause);
    pause = pause.multipliedBy(2);
    pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    return next.isBefore(since.plus(within));
  }

  /** What has gone wrong, with how often it was tried and since when where it was. */
  String words(String wrong) {
    return failed == 0
        ? wrong
        : "%s; tried %s since %s, for at most %s: %s"
            .formatted(
                wrong,
                failed == 1 ? "once" : failed + " times",
                since.truncatedTo(ChronoUnit.SECONDS),
                Units.text(within),
                why);
  }
}
