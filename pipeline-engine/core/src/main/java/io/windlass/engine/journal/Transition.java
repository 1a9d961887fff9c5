package io.windlass.engine.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of a machine to an event.
 *
 * @param state the next state
 * @param effects what should be done outside, in this order where lanes are shared
 * @param timers which timers to set and to cancel
 * @param tells what other subjects hear, in this order
 */
public record Transition<S, F>(
    S state, List<Effect<F>> effects, List<Timer> timers, List<Tell> tells) {
  public Transition {
    effects = List.copyOf(effects);
    timers = List.copyOf(timers);
    tells = List.copyOf(tells);
  }

  /** Goes to (or stays in) a state; what should follow is added by the methods below. */
  public static <S, F> Transition<S, F> to(S state) {
    return new Transition<>(state, List.of(), List.of(), List.of());
  }

  public Transition<S, F> effect(String lane, F effect) {
    return effect(Effect.in(lane, effect));
  }

  public Transition<S, F> effect(Effect<F> effect) {
    return new Transition<>(state, and(effects, effect), timers, tells);
  }

  public Transition<S, F> timer(String name, Instant due, Object event) {
    return timer(Timer.at(name, due, event));
  }

  public Transition<S, F> cancelTimer(String name) {
    return timer(Timer.cancel(name));
  }

  public Transition<S, F> timer(Timer timer) {
    return new Transition<>(state, effects, and(timers, timer), tells);
  }

  public Transition<S, F> tell(Subject to, Object event, String dedupKey) {
    return tell(new Tell(to, event, dedupKey));
  }

  public Transition<S, F> tell(Tell tell) {
    return new Transition<>(state, effects, timers, and(tells, tell));
  }

  private static <T> List<T> and(List<T> list, T last) {
    var all = new ArrayList<>(list);
    all.add(last);
    return all;
  }
}
