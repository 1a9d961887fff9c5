package io.windlass.engine.journal;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that should be done outside the database after a transition.
 *
 * @param lane effects of one lane are performed one after the other, in the order of their
 *     transitions, whichever subject asked for them; an effect that is waiting for its next attempt
 *     holds up its lane
 * @param effect what to do
 * @param notBefore the earliest time of the first attempt
 * @param deadline when to stop trying: a performer at work is interrupted, and the effect is given
 *     up
 */
public record Effect<F>(
    String lane, F effect, Optional<Instant> notBefore, Optional<Instant> deadline) {
  public static <F> Effect<F> in(String lane, F effect) {
    return new Effect<>(lane, effect, Optional.empty(), Optional.empty());
  }

  public Effect<F> notBefore(Instant time) {
    return new Effect<>(lane, effect, Optional.of(time), deadline);
  }

  public Effect<F> deadline(Instant time) {
    return new Effect<>(lane, effect, notBefore, Optional.of(time));
  }
}
