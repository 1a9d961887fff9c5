package io.windlass.engine.local.client;

/** A call to the keeper that brought no answer, or the answer that it cannot be done. */
public final class KeeperException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why there is no result. */
  public enum Kind {
    /** It could not be reached within the client's patience. Worth asking again. */
    AWAY,
    /** The keeper has no thing of that name. */
    NOT_FOUND,
    /** The keeper will not do this however often it is asked. */
    REFUSED,
    /** The keeper tried and failed. */
    BROKEN
  }

  private final Kind kind;
  private final String reason;

  KeeperException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.reason = message;
  }

  KeeperException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.reason = message;
  }

  /** The message, which is always there. */
  public String reason() {
    return reason;
  }

  public Kind kind() {
    return kind;
  }
}
