package io.windlass.engine.notification;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Brings the newest state of one mark to the source host: one sending at a time, what comes
 * meanwhile waits and only the newest of it is sent, and nothing older is ever sent after something
 * newer.
 */
public final class StatusMachine implements Machine<StatusState, StatusEvent, StatusEffect> {
  public static final String KIND = "status";

  private static final String AGAIN = "again";
  private static final Duration PAUSE = Duration.ofMinutes(5);

  /** About a day of pauses and attempts; a mark that is older than that helps nobody. */
  private static final int MOST_ROUNDS = 150;

  /**
   * Asks for a mark. The transition that says it may say it again under the same order without a
   * second effect.
   */
  public static Tell tell(RepositoryName repository, CommitStatus status, long order) {
    var subject = new Subject(KIND, repository + "@" + status.sha() + "@" + status.context());
    return new Tell(subject, new StatusEvent.Wanted(repository, order, status), "order:" + order);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<StatusState> stateType() {
    return StatusState.class;
  }

  @Override
  public Class<StatusEvent> eventType() {
    return StatusEvent.class;
  }

  @Override
  public Class<StatusEffect> effectType() {
    return StatusEffect.class;
  }

  @Override
  public StatusState initial(String key) {
    return StatusState.NEW;
  }

  @Override
  public Transition<StatusState, StatusEffect> on(
      StatusState state, StatusEvent event, Instant now) {
    return switch (event) {
      case StatusEvent.Wanted(var repository, var order, var status) ->
          wanted(state, new StatusState.Wish(repository, order, status));
      case StatusEvent.Sent(var order) -> ended(state, order, Optional.empty());
      case StatusEvent.Refused(var order, var reason) -> ended(state, order, Optional.of(reason));
      case StatusEvent.Limited(var until, var reason) ->
          Transition.<StatusState, StatusEffect>to(state.waiting(state.rounds(), reason))
              .timer(AGAIN, until, new StatusEvent.Again());
      case StatusEvent.Unreachable(var reason) -> unreachable(state, reason, now);
      case StatusEvent.Again() -> send(state);
    };
  }

  private static Transition<StatusState, StatusEffect> wanted(
      StatusState state, StatusState.Wish wish) {
    if (state.wish().filter(last -> last.order() >= wish.order()).isPresent()) {
      return Transition.to(state);
    }
    StatusState next = state.wishing(wish);
    return next.busy() ? Transition.to(next) : send(next);
  }

  private static Transition<StatusState, StatusEffect> ended(
      StatusState state, long order, Optional<String> problem) {
    StatusState next = state.idle(problem);
    return next.wish().filter(wish -> wish.order() > order).isPresent()
        ? send(next)
        : Transition.to(next);
  }

  private static Transition<StatusState, StatusEffect> unreachable(
      StatusState state, String reason, Instant now) {
    int round = state.rounds() + 1;
    if (round > MOST_ROUNDS) {
      return Transition.to(state.idle(Optional.of(reason)));
    }
    return Transition.<StatusState, StatusEffect>to(state.waiting(round, reason))
        .timer(AGAIN, now.plus(PAUSE), new StatusEvent.Again());
  }

  private static Transition<StatusState, StatusEffect> send(StatusState state) {
    return state
        .wish()
        .map(wish ->
            Transition.<StatusState, StatusEffect>to(state.sending())
                .effect(
                    "statuses/" + wish.repository(),
                    new StatusEffect.Send(wish.repository(), wish.order(), wish.status())))
        .orElseGet(() -> Transition.to(state));
  }
}
