package io.windlass.engine.source;

/**
 * A source host could not be reached, did not answer in time, or failed inside: worth another try
 * later.
 */
public final class SourceHostException extends Exception {
  public SourceHostException(String message) {
    super(message);
  }

  public SourceHostException(String message, Throwable cause) {
    super(message, cause);
  }
}
