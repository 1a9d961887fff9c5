package io.windlass.engine.run;

/**
 * An executor could not be reached, or answered with something that it never should. Worth asking
 * again.
 */
public final class ExecutorException extends Exception {
  private static final long serialVersionUID = 1L;

  public ExecutorException(String message) {
    super(message);
  }

  public ExecutorException(String message, Throwable cause) {
    super(message, cause);
  }
}
