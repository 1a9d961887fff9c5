package io.windlass.engine.kubernetes.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cluster did not do what it was asked. The message says what was tried, why not, and what to do.
 */
public final class ClusterException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a call failed. */
  public enum Kind {
    /**
     * No answer: no connection, none in time, or one that broke off. The call may have had effect.
     */
    UNREACHABLE,
    /** The credentials were refused: expired, withdrawn, or none. */
    UNAUTHORISED,
    /** The credentials are good and do not allow this. */
    FORBIDDEN,
    NOT_FOUND,
    /** Somebody else changed it meanwhile, made it before, or owns a field of it. */
    CONFLICT,
    /** The object is not allowed: its schema, a name, a quota or an admission rule. */
    REFUSED,
    /** Too many requests; nothing was done. */
    THROTTLED,
    /** The API server failed. The call may have had effect. */
    SERVER
  }

  private final Kind kind;
  private final transient Optional<Duration> retryAfter;
  private final transient List<FieldConflict> conflicts;

  public ClusterException(Kind kind, String message) {
    this(kind, message, Optional.empty(), List.of(), null);
  }

  ClusterException(
      Kind kind,
      String message,
      Optional<Duration> retryAfter,
      List<FieldConflict> conflicts,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.conflicts = List.copyOf(conflicts);
  }

  public Kind kind() {
    return kind;
  }

  /** When the cluster says to come back. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** The fields that others own, where that is why an apply was refused. */
  public List<FieldConflict> conflicts() {
    return conflicts;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }

  /** Whether the same call may succeed later although nobody changed anything. */
  public boolean passes() {
    return switch (kind) {
      case UNREACHABLE, THROTTLED, SERVER -> true;
      case UNAUTHORISED, FORBIDDEN, NOT_FOUND, CONFLICT, REFUSED -> false;
    };
  }
}
