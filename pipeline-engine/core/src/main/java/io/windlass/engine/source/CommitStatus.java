package io.windlass.engine.source;

import java.net.URI;
import java.util.Optional;

/**
 * A mark on a commit. The last one sent for a context wins, so a sender keeps the order of one
 * context itself.
 *
 * @param context which mark, such as {@code windlass} or {@code windlass/production}
 * @param description one line; longer than {@link #LONGEST_DESCRIPTION} is cut with an ellipsis
 * @param target the page to open
 */
public record CommitStatus(
    String sha, String context, State state, String description, Optional<URI> target) {
  /** What GitHub takes; it refuses anything longer. */
  public static final int LONGEST_DESCRIPTION = 140;

  public CommitStatus {
    Sha.require(sha);
    description = cut(description);
  }

  /** {@code FAILURE} is the user's, {@code ERROR} is ours or the world's. */
  public enum State {
    PENDING,
    SUCCESS,
    FAILURE,
    ERROR
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    if (line.length() <= LONGEST_DESCRIPTION) {
      return line;
    }
    int end = LONGEST_DESCRIPTION - 1;
    // Half of a surrogate pair is no character, and the host would refuse the whole status for it.
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
