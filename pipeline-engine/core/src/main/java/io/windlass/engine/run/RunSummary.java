package io.windlass.engine.run;

import java.time.Instant;
import java.util.Optional;

/**
 * A run as lists show it.
 *
 * @param position grows with each run of any repository: lists are paged by it
 * @param status RUNNING, or how it ended
 * @param askedBy the delivery, schedule or request
 * @param cause why it did not succeed
 */
public record RunSummary(
    long position,
    RunId id,
    RunTrigger.Kind kind,
    String ref,
    String sha,
    String title,
    String author,
    Optional<Long> pullRequest,
    String askedBy,
    Status status,
    Optional<String> cause,
    Instant created,
    Optional<Instant> ended) {
  /** Whether it goes on, or how it ended. */
  public enum Status {
    RUNNING,
    SUCCEEDED,
    FAILED,
    ERRORED,
    CANCELLED,
    SUPERSEDED;

    public static Status of(RunState state) {
      return state.outcome().map(outcome -> valueOf(outcome.name())).orElse(RUNNING);
    }
  }
}
