package io.windlass.engine.rollout;

/** Whether a release could be laid ready on its target. */
public sealed interface Prepared {
  record Ready() implements Prepared {}

  /** Trying again would not help; {@code reason} says what stood in the way. */
  record Failed(String reason) implements Prepared {}
}
