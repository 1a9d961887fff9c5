package io.windlass.engine.run;

import java.time.Instant;

/**
 * How an attempt ended. Which of these is a failure, an error or worth another try is decided by
 * the run machine, not by the executor.
 */
public sealed interface StepResult {

  /** It ran to its end by itself. A code above 128 is 128 plus the signal that ended it. */
  record Exited(int code, Instant started, Instant ended) implements StepResult {}

  /** It was stopped, with everything that it had started, when its time was over. */
  record TimedOut(Instant started, Instant ended) implements StepResult {}

  /**
   * It was stopped because {@link StepExecutor#cancel} was called, or never began because of that.
   */
  record Cancelled() implements StepResult {}

  /** It was stopped at a limit other than time; {@code limit} says which and how much, in words. */
  record OverLimit(String limit, Instant started, Instant ended) implements StepResult {}

  /** It had begun, and nobody can tell how it ended: its worker is gone. */
  record Lost(String reason) implements StepResult {}

  /**
   * It was not begun and another try would not help: no such program, a sandbox that the machine
   * cannot provide.
   */
  record Refused(String reason) implements StepResult {}

  /**
   * It was not begun, because a service that it asks for beside it did not become ready. That is
   * the pipeline's own failure, and another try would not help.
   */
  record Unserved(String reason) implements StepResult {}
}
