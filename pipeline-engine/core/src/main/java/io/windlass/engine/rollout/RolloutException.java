package io.windlass.engine.rollout;

/** A target did not do what it was asked. */
public final class RolloutException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why it did not. */
  public enum Kind {
    /**
     * It could not be reached, tried and failed, or answered with something that it never should.
     * Worth asking again.
     */
    UNREACHABLE,
    /** It says no, and will however often it is asked, until somebody changes something. */
    REFUSED
  }

  private final Kind kind;

  private RolloutException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  private RolloutException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** One that is worth asking again. */
  public RolloutException(String message) {
    this(Kind.UNREACHABLE, message);
  }

  /** One that is worth asking again. */
  public RolloutException(String message, Throwable cause) {
    this(Kind.UNREACHABLE, message, cause);
  }

  public static RolloutException refused(String message) {
    return new RolloutException(Kind.REFUSED, message);
  }

  public static RolloutException refused(String message, Throwable cause) {
    return new RolloutException(Kind.REFUSED, message, cause);
  }

  public Kind kind() {
    return kind;
  }
}
