package io.windlass.engine.journal;

/**
 * The database did not do what it was asked for. Nothing of the write in question has been kept,
 * except where {@link Doubtful} says otherwise.
 */
public abstract sealed class DatabaseException extends RuntimeException {

  private DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }

  private DatabaseException(String message) {
    super(message);
  }

  /** More work waits than the limits allow. Worth trying again a little later. */
  public static final class Busy extends DatabaseException {

    Busy(String message) {
      super(message);
    }
  }

  /** The disk, or the quota, is full. */
  public static final class Full extends DatabaseException {

    Full(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The file or its directory cannot be written. */
  public static final class ReadOnly extends DatabaseException {

    ReadOnly(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The file is not a database, or is damaged. */
  public static final class Corrupt extends DatabaseException {

    Corrupt(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The disk failed, or the connection broke, while committing: the write may or may not have been
   * kept.
   */
  public static final class Doubtful extends DatabaseException {

    Doubtful(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The disk failed, or the connection broke, before anything was kept. */
  public static final class Unavailable extends DatabaseException {

    Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Another server works on the same data. */
  public static final class InUse extends DatabaseException {

    InUse(String message) {
      super(message);
    }
  }

  /** The stored schema cannot be brought to this version's. */
  public static final class Unmigrated extends DatabaseException {

    Unmigrated(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The database has been closed. */
  public static final class Closed extends DatabaseException {

    Closed(String message) {
      super(message);
    }
  }

  /** Anything else, such as a broken constraint: see the cause. */
  public static final class Failed extends DatabaseException {

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
