package io.windlass.engine.rollout;

import java.time.Instant;

/**
 * A person's wish that nothing of an environment be left at its target. It is shown until something
 * is deployed again.
 *
 * @param since when it was asked for
 */
public record Removal(String who, String why, Instant since, Stage stage) {
  /** How far it is. */
  public enum Stage {
    /** It waits for the rollout under way. */
    ASKED,
    /** Replicas are drained. */
    UNDER_WAY,
    /** Nothing is left. */
    DONE
  }

  Removal at(Stage next) {
    return new Removal(who, why, since, next);
  }

  boolean pending() {
    return stage != Stage.DONE;
  }
}
