package io.windlass.engine.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One step of a run.
 *
 * @param cause why it is where it is, once it has ended otherwise than well
 * @param attempts in order; the last one is under way while the status is RUNNING
 */
public record StepState(Status status, Optional<String> cause, List<Attempt> attempts) {
  static final StepState PENDING = new StepState(Status.PENDING, Optional.empty(), List.of());

  public StepState {
    attempts = List.copyOf(attempts);
  }

  /** Where a step stands. */
  public enum Status {
    PENDING(false),
    RUNNING(false),
    PASSED(true),
    /** The user's doing. */
    FAILED(true),
    /** Ours or the world's doing. */
    ERRORED(true),
    /** Something that it needs did not pass. */
    SKIPPED(true),
    CANCELLED(true);

    private final boolean ended;

    Status(boolean ended) {
      this.ended = ended;
    }

    public boolean ended() {
      return ended;
    }
  }

  /**
   * One try.
   *
   * @param number from 1
   * @param askedAt when the executor was asked
   * @param startedAt when its process began, known once it has ended
   * @param exit its code, where it ended by itself
   * @param result in words, once it has ended
   */
  public record Attempt(
      int number,
      Instant askedAt,
      Optional<Instant> startedAt,
      Optional<Instant> endedAt,
      Optional<Integer> exit,
      Optional<String> result) {}

  int attempt() {
    return attempts.size();
  }

  StepState tried(Instant now) {
    List<Attempt> all = new ArrayList<>(attempts);
    all.add(
        new Attempt(
            attempts.size() + 1,
            now,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    return new StepState(Status.RUNNING, Optional.empty(), all);
  }

  /** The same with its last attempt ended. */
  StepState ended(Attempt last) {
    List<Attempt> all = new ArrayList<>(attempts);
    all.set(all.size() - 1, last);
    return new StepState(status, cause, all);
  }

  StepState now(Status next, String why) {
    return new StepState(next, Optional.of(why), attempts);
  }

  StepState passed() {
    return new StepState(Status.PASSED, Optional.empty(), attempts);
  }
}
