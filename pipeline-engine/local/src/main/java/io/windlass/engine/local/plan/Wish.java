package io.windlass.engine.local.plan;

import java.util.Optional;

/**
 * What a fleet shall be.
 *
 * @param wanted total, the scaler's
 * @param to the release that is moved to
 * @param percent of the total that shall be of {@code to}, the engine's
 * @param from what ran before, where that has this process and is still there
 * @param failing whether replicas of {@code to} have shown that they do not come up
 */
public record Wish(int wanted, String to, int percent, Optional<String> from, boolean failing) {

  /** Replicas of {@code to} in the end: rounded up, so at least one of a small total. */
  public int ofTo() {
    return from.isEmpty() ? wanted : (int) (((long) wanted * percent + 99) / 100);
  }

  /**
   * Replicas of {@code from} in the end. While {@code to} has only a share, at least one stays,
   * even if the total then is one more than wanted: a share of one replica must not become all of
   * it.
   */
  public int ofFrom() {
    if (from.isEmpty() || percent >= 100 || wanted == 0) {
      return 0;
    }
    return Math.max(wanted - ofTo(), 1);
  }

  /** Replicas beyond the total that may live during a move: a quarter, at least one. */
  public int surge() {
    return Math.max(1, (wanted + 3) / 4);
  }
}
