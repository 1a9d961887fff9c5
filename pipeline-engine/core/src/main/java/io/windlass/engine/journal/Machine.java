package io.windlass.engine.journal;

import java.time.Instant;

/**
 * A kind of subject: how it starts, and how each event changes it.
 *
 * <p>States, events and effects are records, or sealed families of records, and are stored as JSON
 * under their classes' simple names: renaming a class or a component changes the stored form. A
 * component that is added later must be an {@code Optional}, or be given a value by the compact
 * constructor.
 *
 * @param <S> state
 * @param <E> event
 * @param <F> effect
 */
public interface Machine<S, E, F> {
  /** The name under which subjects of this kind are stored. Never changes. */
  String kind();

  Class<S> stateType();

  Class<E> eventType();

  Class<F> effectType();

  /** The state of a subject that nobody has told anything yet. */
  S initial(String key);

  /**
   * The next state and what should follow from it. Pure and total: no clock, no input or output, no
   * exception for an event that comes late or twice; such an event is a transition to the same
   * state. It runs inside the database's one write transaction, so it is quick.
   */
  Transition<S, F> on(S state, E event, Instant now);
}
