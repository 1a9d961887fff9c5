package io.windlass.engine.rollout;

/** Whether all that a release is made of is there. */
public sealed interface Verified {
  record Present() implements Verified {}

  /**
   * Something that the release needs is not there, or the target will not have it; {@code reason}
   * names it.
   */
  record Missing(String reason) implements Verified {}
}
