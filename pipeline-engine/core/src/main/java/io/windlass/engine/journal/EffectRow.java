package io.windlass.engine.journal;

import java.time.Instant;
import java.util.Optional;

/**
 * An effect on a subject's timeline.
 *
 * @param effect the simple name of the effect's class
 * @param due when the next attempt is allowed, or was
 * @param attempts how many attempts have failed
 * @param error what the last failed attempt threw
 */
public record EffectRow(
    EffectId id,
    String lane,
    String effect,
    Status status,
    Instant due,
    int attempts,
    Optional<String> error,
    Optional<Instant> ended) {
  /** How far an effect is. */
  public enum Status {
    /** To be performed, or under way. */
    WAITING,
    DONE,
    GIVEN_UP,
    /** This version does not know the effect; it waits for one that does. */
    UNREADABLE
  }
}
