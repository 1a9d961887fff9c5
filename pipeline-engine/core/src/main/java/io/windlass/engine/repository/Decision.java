package io.windlass.engine.repository;

import java.util.Optional;

/**
 * What was made of one event about one ref.
 *
 * @param sha empty where there is none, as for a deleted branch
 * @param run the run that it became
 * @param cause the delivery, poll, schedule or request
 */
public record Decision(
    String ref,
    Optional<String> sha,
    Verdict verdict,
    String reason,
    Optional<Long> run,
    String cause) {
  /** The kinds of answers. */
  public enum Verdict {
    RUN,
    /** The file's {@code on} does not ask for it. */
    FILTERED,
    /** There is no file at the commit. */
    NO_FILE,
    /** The commit is the last decided head of its ref already. */
    DUPLICATE,
    /** A newer commit of the ref was decided before this event came. */
    LATE,
    /** The commit is not there any more. */
    VANISHED,
    /** Not done for safety's sake, as for forks. */
    REFUSED,
    /** The ref is gone. */
    DELETED
  }
}
