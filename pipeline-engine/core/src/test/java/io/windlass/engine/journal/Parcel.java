package io.windlass.engine.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A machine to test the journal with: a parcel that is packed, carried and delivered. */
final class Parcel implements Machine<Parcel.State, Parcel.Event, Parcel.Work> {
  static final String KIND = "parcel";

  sealed interface State {
    record Empty(String key) implements State {}

    record Packed(String key, List<String> things, Optional<Instant> lastCall) implements State {
      public Packed {
        things = List.copyOf(things);
      }
    }

    record Delivered(String key, int things, String by) implements State {}
  }

  sealed interface Event {
    record Put(String thing) implements Event {}

    record Send(String lane) implements Event {}

    record SendBefore(String lane, Instant deadline) implements Event {}

    record Remind(Duration after) implements Event {}

    record ForgetReminder() implements Event {}

    record Reminded() implements Event {}

    record Arrived(String by) implements Event {}

    record Lost(String why) implements Event {}

    record PassOn(Subject to, Event event) implements Event {}

    record Explode() implements Event {}
  }

  sealed interface Work {
    record Carry(String key, int things) implements Work {}
  }

  static Subject subject(String key) {
    return new Subject(KIND, key);
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
    return new State.Empty(key);
  }

  @Override
  public Transition<State, Work> on(State state, Event event, Instant now) {
    return switch (event) {
      case Event.Put(String thing) -> Transition.to(put(state, thing));
      case Event.Send(String lane) ->
          Transition.<State, Work>to(state).effect(lane, new Work.Carry(key(state), things(state)));
      case Event.SendBefore(String lane, Instant deadline) ->
          Transition.<State, Work>to(state)
              .effect(
                  Effect.<Work>in(lane, new Work.Carry(key(state), things(state)))
                      .deadline(deadline));
      case Event.Remind(Duration after) ->
          Transition.<State, Work>to(state)
              .timer("reminder", now.plus(after), new Event.Reminded());
      case Event.ForgetReminder() -> Transition.<State, Work>to(state).cancelTimer("reminder");
      case Event.Reminded() -> Transition.to(put(state, "reminder"));
      case Event.Arrived(String by) ->
          Transition.to(new State.Delivered(key(state), things(state), by));
      case Event.Lost(String why) -> Transition.to(put(state, "lost: " + why));
      case Event.PassOn(Subject to, Event passed) ->
          Transition.<State, Work>to(put(state, "passed")).tell(to, passed, "from " + key(state));
      case Event.Explode() -> throw new IllegalStateException("boom");
    };
  }

  private static State put(State state, String thing) {
    return switch (state) {
      case State.Empty(String key) -> new State.Packed(key, List.of(thing), Optional.empty());
      case State.Packed(String key, List<String> things, Optional<Instant> lastCall) -> {
        var more = new java.util.ArrayList<>(things);
        more.add(thing);
        yield new State.Packed(key, more, lastCall);
      }
      case State.Delivered delivered -> delivered;
    };
  }

  private static String key(State state) {
    return switch (state) {
      case State.Empty(String key) -> key;
      case State.Packed packed -> packed.key();
      case State.Delivered delivered -> delivered.key();
    };
  }

  static int things(State state) {
    return switch (state) {
      case State.Empty _ -> 0;
      case State.Packed packed -> packed.things().size();
      case State.Delivered delivered -> delivered.things();
    };
  }
}
