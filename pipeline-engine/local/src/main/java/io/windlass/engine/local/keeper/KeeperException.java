package io.windlass.engine.local.keeper;

/** A keeper cannot start. The message says what was tried, why it failed and what to do. */
public final class KeeperException extends Exception {
  private static final long serialVersionUID = 1L;

  KeeperException(String message) {
    super(message);
  }

  KeeperException(String message, Throwable cause) {
    super(message, cause);
  }
}
