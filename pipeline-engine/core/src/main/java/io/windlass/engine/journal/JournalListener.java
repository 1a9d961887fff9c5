package io.windlass.engine.journal;

import java.time.Duration;

/**
 * Hears what database and journal do, to count it. Called on their own threads: quick, and never
 * throws.
 */
public interface JournalListener {
  /** How an attempt at an effect ended. */
  enum Attempt {
    DONE,
    RETRIED,
    GIVEN_UP,
    INTERRUPTED
  }

  /** Hears nothing. */
  JournalListener NONE = new JournalListener() {};

  /**
   * A group of writes was committed, or failed to be.
   *
   * @param waiting how many writes were waiting when it was done
   */
  default void committed(int writes, int waiting, Duration took) {}

  default void refused() {}

  default void told(String kind, TellResult result) {}

  default void attempted(String kind, String effect, Attempt outcome, Duration took) {}

  default void timerFired(String kind, Duration late) {}

  default void parked(Subject subject, String reason) {}
}
