package io.windlass.engine.journal;

import java.util.Optional;

/**
 * Does what a machine's effects ask for.
 *
 * <p>Called on a virtual thread, for one effect of a lane at a time, for at most {@link #limit}
 * effects of one type at a time. Must be safe for several threads, and idempotent under the {@link
 * EffectId}: after a crash it is called again for an effect that it may have done in part or whole,
 * and takes up what it finds.
 *
 * @param <F> effect
 * @param <E> event
 */
public interface Performer<F, E> {
  /** Does nothing: for a machine that has no effects, or whose effects do not matter. */
  static <F, E> Performer<F, E> idle() {
    return new Performer<>() {
      @Override
      public Optional<E> perform(EffectId id, F effect) {
        return Optional.empty();
      }

      @Override
      public Optional<E> onGivenUp(EffectId id, F effect, Throwable error) {
        return Optional.empty();
      }
    };
  }

  /**
   * Does the effect and returns the event that its subject should hear, if any. The event and the
   * effect's end are one transaction. What can be expected to fail is an event; throwing means that
   * the effect could not be tried properly, and it is tried again as {@link #retry} says.
   */
  Optional<E> perform(EffectId id, F effect) throws Exception;

  /**
   * The event to tell when no further attempt is made.
   *
   * @param error what the last attempt threw, or a {@link java.util.concurrent.TimeoutException}
   *     when the effect's deadline has passed
   */
  Optional<E> onGivenUp(EffectId id, F effect, Throwable error);

  /** How attempts that throw are repeated. */
  default Retry retry(F effect) {
    return Retry.STANDARD;
  }

  /** How many effects of this type may be under way at a time. Asked once for each type. */
  default int limit(Class<? extends F> type) {
    return 64;
  }

  /**
   * Whether the effect mostly waits for something outside that goes on by itself. Such an effect is
   * interrupted at once when the journal closes, and is taken up again after the restart; others
   * are given time to finish.
   */
  default boolean waits(F effect) {
    return false;
  }
}
