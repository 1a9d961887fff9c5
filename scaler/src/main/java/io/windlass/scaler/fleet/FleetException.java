package io.windlass.scaler.fleet;

/**
 * A fleet's target could not be read or written. The message says what was tried, why it failed and
 * what to do.
 */
public final class FleetException extends Exception {
  private static final long serialVersionUID = 1L;

  public FleetException(String message) {
    super(message);
  }

  public FleetException(String message, Throwable cause) {
    super(message, cause);
  }
}
