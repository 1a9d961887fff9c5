package io.windlass.engine.kubernetes.rollout;

import java.time.Duration;

/**
 * How long something may be wrong with a replica before its release counts as broken.
 *
 * @param pull a registry that does not answer; one that says no is believed at once
 * @param room no node or quota has room: somebody may make some
 * @param unready running, and not ready any more
 * @param crashes ends of a program in a row
 */
record Patience(Duration pull, Duration room, Duration unready, int crashes) {
  static final Patience STANDARD =
      new Patience(Duration.ofMinutes(2), Duration.ofMinutes(5), Duration.ofMinutes(1), 3);

  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** The same, but room is waited for as long as there is none. */
  Patience withoutNeedOfRoom() {
    return new Patience(pull, FOREVER, unready, crashes);
  }
}
