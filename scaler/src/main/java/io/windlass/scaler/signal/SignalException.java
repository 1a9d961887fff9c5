package io.windlass.scaler.signal;

/** What a signal was could not be read. The message says what was tried and why it failed. */
public final class SignalException extends Exception {
  private static final long serialVersionUID = 1L;

  public SignalException(String message) {
    super(message);
  }
}
