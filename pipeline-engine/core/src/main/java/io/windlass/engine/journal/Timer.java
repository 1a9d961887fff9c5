package io.windlass.engine.journal;

import java.time.Instant;

/**
 * What a transition does to one of its subject's timers. A subject has at most one timer of a name.
 */
public sealed interface Timer {
  String name();

  /**
   * Tells the subject {@code event} at {@code due}, once; takes the place of the subject's timer of
   * the same name.
   */
  record At(String name, Instant due, Object event) implements Timer {}

  /** Takes the timer away, if it is there. */
  record Cancel(String name) implements Timer {}

  static Timer at(String name, Instant due, Object event) {
    return new At(name, due, event);
  }

  static Timer cancel(String name) {
    return new Cancel(name);
  }
}
