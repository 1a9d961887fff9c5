package io.windlass.engine.local.plan;

import io.windlass.engine.rollout.Division;
import java.util.Optional;

/**
 * What a fleet shall be.
 *
 * @param wanted total, the scaler's
 * @param to the release that is moved to
 * @param division of the total between {@code to} and {@code from}, the engine's
 * @param from what ran before, where that has this process and is still there
 * @param failing whether replicas of {@code to} have shown that they do not come up
 */
public record Wish(
    int wanted, String to, Division division, Optional<String> from, boolean failing) {

  /** All of a fleet of one release. */
  public static Wish all(int wanted, String release) {
    return new Wish(wanted, release, new Division.Replace(), Optional.empty(), false);
  }

  /** Replicas of {@code to} in the end. */
  public int ofTo() {
    return from.isEmpty() ? wanted : division.ofRelease(wanted);
  }

  /** Replicas of {@code from} in the end. */
  public int ofFrom() {
    return from.isEmpty() ? 0 : division.ofBefore(wanted);
  }

  /** Whether each of the total is a replica of both. */
  public boolean twice() {
    return from.isPresent() && division instanceof Division.Beside;
  }

  /** Replicas beyond the total that may live during a move: a quarter, at least one. */
  public int surge() {
    return Math.max(1, (wanted + 3) / 4);
  }
}
