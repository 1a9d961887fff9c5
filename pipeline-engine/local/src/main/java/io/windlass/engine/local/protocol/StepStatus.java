package io.windlass.engine.local.protocol;

import java.time.Instant;
import java.util.Optional;

/**
 * A step as the keeper knows it. Remembered until it is acknowledged.
 *
 * @param code of {@link State#EXITED}; above 128 it is 128 plus the signal that ended it
 * @param reason of the other ends, in one sentence
 */
public record StepStatus(
    String id,
    State state,
    Optional<Integer> code,
    Optional<String> reason,
    Optional<Instant> started,
    Optional<Instant> ended) {
  /** Running, or how it ended. */
  public enum State {
    RUNNING,
    EXITED,
    TIMED_OUT,
    CANCELLED,
    OVER_LIMIT,
    /** It had begun and the keeper was killed or the machine restarted before it ended. */
    LOST,
    /** It was not begun, and another try would not help. */
    REFUSED;

    public boolean ended() {
      return this != RUNNING;
    }
  }
}
