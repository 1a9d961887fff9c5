package io.windlass.engine.rollout;

/**
 * A target could not be reached, or answered with something that it never should. Worth asking
 * again.
 */
public final class RolloutException extends Exception {
  private static final long serialVersionUID = 1L;

  public RolloutException(String message) {
    super(message);
  }

  public RolloutException(String message, Throwable cause) {
    super(message, cause);
  }
}
