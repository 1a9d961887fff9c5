package io.windlass.engine.rollout;

import java.util.List;
import java.util.Optional;

/**
 * How far an environment's fleets are on the way to the division last asked for. Counts are for
 * people; nothing is decided by them.
 */
public sealed interface RolloutProgress {
  /**
   * Under way, or not yet seen to begin.
   *
   * @param obstacle what stands in the way and is none of the release's doing, such as a full host,
   *     with figures; the target goes on by itself when it is gone
   */
  record Progressing(int ready, int wanted, String detail, Optional<String> obstacle)
      implements RolloutProgress {}

  /**
   * Every fleet has the division asked for, all wanted replicas of the release are ready, and
   * replicas that are too many are drained and gone.
   */
  record Settled(int ready) implements RolloutProgress {}

  /**
   * The release cannot get there by itself: its replicas crash again and again, or were not ready
   * in time.
   *
   * @param cause in one sentence
   * @param lastLogLines of the replica that shows it best, masked, the newest last; may be empty
   */
  record Failing(String cause, List<String> lastLogLines) implements RolloutProgress {
    public Failing {
      lastLogLines = List.copyOf(lastLogLines);
    }
  }
}
