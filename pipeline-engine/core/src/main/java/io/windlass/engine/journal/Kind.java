package io.windlass.engine.journal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A registered machine with everything that belongs to it, and the one place where stored text
 * meets its types.
 */
record Kind<S, E, F>(
    Machine<S, E, F> machine,
    Performer<F, E> performer,
    List<Projection<S>> projections,
    Codec codec) {

  /** A transition in the form in which it is stored. */
  record Step(
      String state,
      String stateType,
      List<StoredEffect> effects,
      List<StoredTimer> timers,
      List<Tell> tells,
      Projecting projecting) {}

  record StoredEffect(
      String lane,
      String type,
      String json,
      Optional<Instant> notBefore,
      Optional<Instant> deadline) {}

  /** A timer to be set, or, without an alarm, to be cancelled. */
  record StoredTimer(String name, Optional<Alarm> alarm) {}

  record Alarm(Instant due, String event) {}

  interface Projecting {
    void project(Tx tx);
  }

  /** An event beside its stored form. */
  record Told(Object event, String json) {
    String type() {
      return event.getClass().getSimpleName();
    }
  }

  private E event(Object event) {
    if (!machine.eventType().isInstance(event)) {
      throw new IllegalArgumentException(
          "Tried to tell a '"
              + machine.kind()
              + "' the event '"
              + event.getClass().getName()
              + "' but its events are '"
              + machine.eventType().getName()
              + "'");
    }
    return machine.eventType().cast(event);
  }

  Told told(Object event) {
    return new Told(event, encode(event));
  }

  /**
   * Reads a stored event, or says by {@link UnreadableException} that this version does not know
   * it.
   */
  Told stored(String json) {
    return new Told(codec.read(machine.eventType(), json), json);
  }

  /** Says by {@link UnreadableException} whether this version does not know the state. */
  void check(String state) {
    codec.read(machine.stateType(), state);
  }

  private String encode(Object event) {
    return codec.write(machine.eventType(), event(event));
  }

  /** Moves the machine, in memory. */
  Step step(Subject subject, Optional<String> stored, Told told, Instant now) {
    E event = event(told.event());
    Optional<S> before = stored.map(json -> codec.read(machine.stateType(), json));
    try {
      Transition<S, F> next =
          machine.on(before.orElseGet(() -> machine.initial(subject.key())), event, now);
      S after = next.state();
      return new Step(
          codec.write(machine.stateType(), after),
          after.getClass().getSimpleName(),
          next.effects().stream().map(this::stored).toList(),
          next.timers().stream().map(this::stored).toList(),
          next.tells(),
          tx ->
              projections.forEach(
                  projection -> projection.project(tx, subject, before, after, now)));
    } catch (RuntimeException | StackOverflowError e) {
      throw new MachineException(
          "Tried to tell '"
              + subject
              + "' the event '"
              + told.type()
              + "' but its machine threw "
              + e,
          e);
    }
  }

  private StoredEffect stored(Effect<F> effect) {
    return new StoredEffect(
        effect.lane(),
        effect.effect().getClass().getSimpleName(),
        codec.write(machine.effectType(), effect.effect()),
        effect.notBefore(),
        effect.deadline());
  }

  private StoredTimer stored(Timer timer) {
    return switch (timer) {
      case Timer.At(String name, Instant due, Object event) ->
          new StoredTimer(name, Optional.of(new Alarm(due, encode(event))));
      case Timer.Cancel(String name) -> new StoredTimer(name, Optional.empty());
    };
  }
}
