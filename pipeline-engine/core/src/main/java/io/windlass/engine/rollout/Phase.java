package io.windlass.engine.rollout;

/** Where a rollout stands. Nothing has moved before {@link #SHIFTING}. */
public enum Phase {
  PINNING,
  VERIFYING,
  PREPARING,
  COMMAND,
  SHIFTING,
  WATCHING,
  /** A stage's division is held. */
  HOLDING,
  /** A stage waits for a person. */
  GATED,
  RETURN_SHIFTING,
  RETURN_WATCHING;

  /** Whether a stage's division is there, and kept. */
  public boolean held() {
    return this == HOLDING || this == GATED;
  }

  /** Whether the release is on its way, and something has moved or may have. */
  public boolean advancing() {
    return this == SHIFTING || this == WATCHING || held();
  }

  /** Whether the old release is on its way back. */
  public boolean returning() {
    return this == RETURN_SHIFTING || this == RETURN_WATCHING;
  }
}
