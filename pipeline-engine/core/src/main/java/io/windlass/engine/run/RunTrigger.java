package io.windlass.engine.run;

import java.time.Instant;
import java.util.Optional;

/**
 * Why a run is there, and for which commit.
 *
 * @param ref the branch or tag, {@code refs/heads/main}; for a pull request the branch of its head
 * @param sha the commit
 * @param title the commit's first line, or what stands for it
 * @param author who pushed, or asked
 * @param pullRequest its number
 * @param cause the delivery, schedule or request that led here, for people who look for it
 */
public record RunTrigger(
    Kind kind,
    String ref,
    String sha,
    String title,
    String author,
    Optional<Long> pullRequest,
    String cause,
    Instant at) {
  /** What happened. */
  public enum Kind {
    PUSH,
    PULL_REQUEST,
    SCHEDULE,
    MANUAL
  }
}
