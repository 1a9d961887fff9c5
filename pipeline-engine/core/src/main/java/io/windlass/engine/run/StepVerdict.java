package io.windlass.engine.run;

import io.windlass.engine.run.StepState.Attempt;
import io.windlass.engine.run.StepState.Status;
import java.time.Instant;
import java.util.Optional;

/** What the end of an attempt means for its step. */
final class StepVerdict {
  private StepVerdict() {}

  /**
   * A time that is over and a worker that is gone may be bad luck; an exit code is the step's own
   * word.
   */
  static boolean worthAnotherTry(StepResult result) {
    return switch (result) {
      case StepResult.TimedOut timedOut -> true;
      case StepResult.Lost lost -> true;
      case StepResult.Exited exited -> false;
      case StepResult.Cancelled cancelled -> false;
      case StepResult.OverLimit overLimit -> false;
      case StepResult.Refused refused -> false;
      case StepResult.Unserved unserved -> false;
    };
  }

  /** The step with its last attempt ended so. */
  static StepState of(StepState step, StepResult result, Instant now) {
    return switch (result) {
      case StepResult.Exited(var code, var started, var ended) -> {
        StepState over =
            over(step, Optional.of(started), ended, Optional.of(code), "exited with " + code);
        yield code == 0 ? over.passed() : over.now(Status.FAILED, "exited with " + code);
      }
      case StepResult.TimedOut(var started, var ended) ->
          over(step, Optional.of(started), ended, Optional.empty(), "timed out")
              .now(Status.FAILED, "timed out");
      case StepResult.OverLimit(var limit, var started, var ended) ->
          over(step, Optional.of(started), ended, Optional.empty(), limit)
              .now(Status.FAILED, limit);
      case StepResult.Cancelled() ->
          over(step, Optional.empty(), now, Optional.empty(), "cancelled")
              .now(Status.CANCELLED, "cancelled");
      case StepResult.Lost(var reason) ->
          over(step, Optional.empty(), now, Optional.empty(), "lost: " + reason)
              .now(Status.ERRORED, "lost: " + reason);
      case StepResult.Refused(var reason) ->
          over(step, Optional.empty(), now, Optional.empty(), reason).now(Status.ERRORED, reason);
      case StepResult.Unserved(var reason) ->
          over(step, Optional.empty(), now, Optional.empty(), reason).now(Status.FAILED, reason);
    };
  }

  private static StepState over(
      StepState step,
      Optional<Instant> started,
      Instant ended,
      Optional<Integer> exit,
      String words) {
    Attempt last = step.attempts().getLast();
    return step.ended(
        new Attempt(
            last.number(), last.askedAt(), started, Optional.of(ended), exit, Optional.of(words)));
  }
}
