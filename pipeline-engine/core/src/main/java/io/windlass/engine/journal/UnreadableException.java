package io.windlass.engine.journal;

/** What is stored is nothing that this version knows. */
public final class UnreadableException extends RuntimeException {
  UnreadableException(String message, Throwable cause) {
    super(message, cause);
  }
}
