package io.windlass.engine.rollout;

/** Where a rollout stands. Nothing has moved before {@link #SHIFTING}. */
public enum Phase {
  PINNING,
  VERIFYING,
  PREPARING,
  COMMAND,
  SHIFTING,
  WATCHING,
  RETURN_SHIFTING,
  RETURN_WATCHING;

  /** Whether the old release is on its way back. */
  public boolean returning() {
    return this == RETURN_SHIFTING || this == RETURN_WATCHING;
  }
}
