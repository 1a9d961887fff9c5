package io.windlass.engine.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * An image could not be built, pushed, pulled or unpacked. The message is whole and may be shown to
 * the user as it is: it says what was tried, why it did not work and what to do, and never holds a
 * credential.
 */
public final class ImageException extends Exception {

  /** Why, as far as somebody who has to act on it needs to tell the cases apart. */
  public enum Kind {
    /** The registry, or this server's own settings, do not let us. */
    DENIED,
    /** The image, the repository or a blob is not there. */
    NOT_FOUND,
    /** The registry did not answer, or went on answering that it cannot now, after our retries. */
    UNREACHABLE,
    /** No space left where the content store is. */
    DISK_FULL,
    /** The plan or the workspace is wrong: the user's, and the same again when tried again. */
    BAD_PLAN,
    /** Content is not what its digest says, or is made to escape or to exhaust. */
    BAD_CONTENT,
    /** The machine failed us in another way. */
    BROKEN;

    /** Whether the commit has to change before another try can succeed. */
    public boolean isTheUsers() {
      return this == BAD_PLAN;
    }

    /** Whether trying the same again later is worth it. */
    public boolean mayPass() {
      return this == UNREACHABLE || this == DISK_FULL || this == BROKEN;
    }
  }

  private static final long serialVersionUID = 1L;

  private final Kind kind;

  public ImageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public ImageException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** The user's mistake, in a message of the form that all of ours have. */
  public static ImageException badPlan(String tried, String but, String todo) {
    return new ImageException(Kind.BAD_PLAN, sentence(tried, but, todo));
  }

  /** What a failed file operation means: a full disk is told from everything else. */
  public static ImageException of(String tried, Path where, IOException cause) {
    String said = String.valueOf(cause.getMessage());
    if (said.toLowerCase(Locale.ROOT).contains("no space left")
        || said.toLowerCase(Locale.ROOT).contains("quota exceeded")) {
      return new ImageException(
          Kind.DISK_FULL,
          sentence(
              tried,
              "no space is left on the disk that holds \"" + where + "\"",
              "free some, or lower the budget for images"),
          cause);
    }
    return new ImageException(
        Kind.BROKEN,
        sentence(
            tried,
            cause.getClass().getSimpleName() + ": " + said,
            "look at the disk and the rights of \"" + where + "\""),
        cause);
  }

  private static String sentence(String tried, String but, String todo) {
    return "Tried to " + tried + " but " + but + "; " + todo;
  }
}
