package io.windlass.engine.notification;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Says once that a ref fails, again only when it fails for another cause, and once that it has
 * recovered; once for each gate of an environment's rollout that a person is waited for; and once
 * that a return cannot reach its target, and that it can again.
 */
public final class AlertMachine implements Machine<AlertState, AlertEvent, AlertEffect> {
  public static final String KIND = "alert";

  private static final int MOST_ATTEMPTS = 6;

  /** Reports the end of a run. */
  public static Tell tell(AlertEvent.Ended ended) {
    return new Tell(
        new Subject(KIND, ended.repository() + "@" + ended.ref()), ended, "run:" + ended.run());
  }

  /**
   * Reports that a rollout waits for a person.
   *
   * @param gate tells it from the environment's other gates
   */
  public static Tell gated(AlertEvent.Message message, String gate) {
    return new Tell(
        new Subject(KIND, message.subject()), new AlertEvent.Gated(message), "gated:" + gate);
  }

  /**
   * Reports that a target cannot be reached which a release is to be brought back at.
   *
   * @param time tells it from the environment's other times
   */
  public static Tell away(AlertEvent.Message message, String time) {
    return new Tell(
        new Subject(KIND, message.subject()), new AlertEvent.Away(message), "away:" + time);
  }

  /** Reports that nobody waits for that any more; with a message where it can be reached again. */
  public static Tell back(String environment, Optional<AlertEvent.Message> message, String time) {
    return new Tell(new Subject(KIND, environment), new AlertEvent.Back(message), "back:" + time);
  }

  /** Reports that nobody is waited for any more. */
  public static Tell ungated(String environment, String gate) {
    return new Tell(new Subject(KIND, environment), new AlertEvent.Ungated(), "ungated:" + gate);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<AlertState> stateType() {
    return AlertState.class;
  }

  @Override
  public Class<AlertEvent> eventType() {
    return AlertEvent.class;
  }

  @Override
  public Class<AlertEffect> effectType() {
    return AlertEffect.class;
  }

  @Override
  public AlertState initial(String key) {
    return new AlertState(0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Override
  public Transition<AlertState, AlertEffect> on(AlertState state, AlertEvent event, Instant now) {
    return switch (event) {
      case AlertEvent.Ended ended -> ended(state, ended);
      case AlertEvent.Gated(var message) ->
          post(state.gated(Optional.of(message.cause())), message, List.of(), 1);
      case AlertEvent.Away(var message) ->
          post(state.failing(Optional.of(message.cause())), message, List.of(), 1);
      case AlertEvent.Back(var message) -> {
        AlertState next = state.failing(Optional.empty());
        yield message
            .map(words -> post(next, words, List.of(), 1))
            .orElseGet(() -> Transition.to(next));
      }
      case AlertEvent.Ungated _ -> Transition.to(state.gated(Optional.empty()));
      case AlertEvent.Undelivered(var message, var hooks, var attempt, var reason) ->
          undelivered(state, message, hooks, attempt, reason, now);
      case AlertEvent.Again(var message, var hooks, var attempt) ->
          stillTrue(state, message) ? post(state, message, hooks, attempt) : Transition.to(state);
    };
  }

  private static Transition<AlertState, AlertEffect> ended(
      AlertState state, AlertEvent.Ended ended) {
    if (ended.run() <= state.lastRun()) {
      return Transition.to(state);
    }
    var next = new AlertState(ended.run(), ended.failure(), state.problem(), state.gate());
    if (ended.failure().equals(state.failure())) {
      return Transition.to(next);
    }
    var kind = ended.failure().isPresent() ? AlertEvent.Kind.FAILURE : AlertEvent.Kind.RECOVERY;
    var message =
        new AlertEvent.Message(
            kind,
            ended.repository(),
            ended.ref(),
            ended.run(),
            ended.title(),
            ended.failure().orElse(""),
            ended.page());
    return post(next, message, List.of(), 1);
  }

  private static Transition<AlertState, AlertEffect> undelivered(
      AlertState state,
      AlertEvent.Message message,
      List<String> hooks,
      int attempt,
      String reason,
      Instant now) {
    AlertState next = state.troubled(reason);
    if (attempt >= MOST_ATTEMPTS) {
      return Transition.to(next);
    }
    Duration wait = Duration.ofSeconds(30L << attempt);
    return Transition.<AlertState, AlertEffect>to(next)
        .timer(
            "again/" + message.run(),
            now.plus(wait),
            new AlertEvent.Again(message, hooks, attempt + 1));
  }

  /** A failure that is told after the recovery would be read as a new one. */
  private static boolean stillTrue(AlertState state, AlertEvent.Message message) {
    return switch (message.kind()) {
      case FAILURE -> state.failure().equals(Optional.of(message.cause()));
      case RECOVERY -> state.failure().isEmpty();
      case APPROVAL -> state.gate().equals(Optional.of(message.cause()));
    };
  }

  private static Transition<AlertState, AlertEffect> post(
      AlertState state, AlertEvent.Message message, List<String> hooks, int attempt) {
    return Transition.<AlertState, AlertEffect>to(state)
        .effect("alerts/" + message.subject(), new AlertEffect.Post(message, hooks, attempt));
  }
}
