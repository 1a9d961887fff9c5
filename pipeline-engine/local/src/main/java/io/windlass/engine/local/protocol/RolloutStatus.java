package io.windlass.engine.local.protocol;

import java.util.List;
import java.util.Optional;

/**
 * How far an environment is on the way to the last {@link Shift}.
 *
 * @param detail what it waits for, or why it fails, in one sentence
 * @param obstacle what stands in the way of new replicas and is none of their doing, with figures
 * @param lastLogLines when failing: of the replica that shows it best, masked, the newest last
 */
public record RolloutStatus(
    State state,
    int ready,
    int wanted,
    String detail,
    Optional<String> obstacle,
    List<String> lastLogLines) {
  /** Whether it gets there by itself. */
  public enum State {
    PROGRESSING,
    SETTLED,
    FAILING
  }
}
