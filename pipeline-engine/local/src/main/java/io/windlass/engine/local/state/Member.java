package io.windlass.engine.local.state;

import io.windlass.engine.local.plan.Slot;
import io.windlass.engine.local.protocol.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A replica as it is kept on disk. It stays the same replica when its process is started again.
 *
 * @param id also the name of its directory and of its control group
 * @param born when it was first wanted
 * @param since start of the phase
 * @param retryAt when its next process may start
 * @param failures in a row
 * @param attempt counts its processes, from 1
 * @param running empty before its process is started and after everything of it is gone
 */
public record Member(
    String id,
    String environment,
    String process,
    String release,
    Phase phase,
    Instant born,
    Instant since,
    Instant retryAt,
    int failures,
    int attempt,
    Optional<Running> running,
    Optional<Mishap> lastFailure) {

  /**
   * Why its last process ended.
   *
   * @param lines the last of its log, masked
   */
  public record Mishap(String cause, List<String> lines) {
    public Mishap {
      lines = List.copyOf(lines);
    }
  }

  /** A new one, whose first process is to be started. */
  public static Member born(
      String id, String environment, String process, String release, Instant now) {
    return new Member(
        id,
        environment,
        process,
        release,
        Phase.STARTING,
        now,
        now,
        now,
        0,
        1,
        Optional.empty(),
        Optional.empty());
  }

  public String fleet() {
    return environment + "/" + process;
  }

  public Slot slot() {
    return new Slot(id, release, phase, born, since, retryAt);
  }

  /** In this phase from now on. */
  public Member become(Phase next, Instant now) {
    return with(draft -> {
      draft.phase = next;
      draft.since = now;
    });
  }

  public Member started(Running process) {
    return with(draft -> draft.running = Optional.of(process));
  }

  /** Nothing of its process is left. */
  public Member cleaned() {
    return with(draft -> draft.running = Optional.empty());
  }

  /** Its process ended, or has to, and nobody asked for it. */
  public Member failed(Phase next, int failuresNow, Mishap mishap, Instant retry, Instant now) {
    return with(draft -> {
      draft.phase = next;
      draft.since = now;
      draft.retryAt = retry;
      draft.failures = failuresNow;
      draft.lastFailure = Optional.of(mishap);
    });
  }

  /** Another process is to be started. */
  public Member again(Instant now) {
    return with(draft -> {
      draft.phase = Phase.STARTING;
      draft.since = now;
      draft.attempt = attempt + 1;
      draft.running = Optional.empty();
    });
  }

  /** Its failures are so long ago that they say nothing any more. */
  public Member forgiven() {
    return with(draft -> draft.failures = 0);
  }

  private Member with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.made();
  }

  /** The same replica while what is kept of it changes. */
  private static final class Draft {
    private final Member before;
    private Phase phase;
    private Instant since;
    private Instant retryAt;
    private int failures;
    private int attempt;
    private Optional<Running> running;
    private Optional<Mishap> lastFailure;

    Draft(Member before) {
      this.before = before;
      this.phase = before.phase;
      this.since = before.since;
      this.retryAt = before.retryAt;
      this.failures = before.failures;
      this.attempt = before.attempt;
      this.running = before.running;
      this.lastFailure = before.lastFailure;
    }

    Member made() {
      return new Member(
          before.id,
          before.environment,
          before.process,
          before.release,
          phase,
          before.born,
          since,
          retryAt,
          failures,
          attempt,
          running,
          lastFailure);
    }
  }
}
