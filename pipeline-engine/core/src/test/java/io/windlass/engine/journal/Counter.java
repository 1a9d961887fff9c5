package io.windlass.engine.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A machine whose state counts what it was told, so that a lost or doubled event shows as a wrong
 * number.
 */
final class Counter implements Machine<Counter.State, Counter.Event, Counter.Work> {
  static final String KIND = "counter";

  record State(String key, int added, int done, int rung) {}

  sealed interface Event {
    record Add(String lane) implements Event {}

    record Done() implements Event {}

    record Rung() implements Event {}
  }

  record Work(String lane) {}

  /** Does nothing, at once. */
  static final class Worker implements Performer<Work, Event> {
    @Override
    public Optional<Event> perform(EffectId id, Work effect) {
      return Optional.of(new Event.Done());
    }

    @Override
    public Optional<Event> onGivenUp(EffectId id, Work effect, Throwable error) {
      return Optional.empty();
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<State> stateType() {
    return State.class;
  }

  @Override
  public Class<Event> eventType() {
    return Event.class;
  }

  @Override
  public Class<Work> effectType() {
    return Work.class;
  }

  @Override
  public State initial(String key) {
    return new State(key, 0, 0, 0);
  }

  @Override
  public Transition<State, Work> on(State state, Event event, Instant now) {
    return switch (event) {
      case Event.Add(String lane) ->
          Transition.<State, Work>to(
                  new State(state.key(), state.added() + 1, state.done(), state.rung()))
              .effect(lane, new Work(lane))
              .timer("bell " + state.added(), now.plus(Duration.ofMillis(5)), new Event.Rung());
      case Event.Done() ->
          Transition.to(new State(state.key(), state.added(), state.done() + 1, state.rung()));
      case Event.Rung() ->
          Transition.to(new State(state.key(), state.added(), state.done(), state.rung() + 1));
    };
  }
}
