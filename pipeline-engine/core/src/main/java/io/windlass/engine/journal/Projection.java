package io.windlass.engine.journal;

import java.time.Instant;
import java.util.Optional;

/**
 * Keeps tables that can be asked, in step with a machine's states: called inside the transaction of
 * each transition, so that a page never shows what the journal does not say. A projection that
 * throws refuses the transition.
 */
@FunctionalInterface
public interface Projection<S> {
  /**
   * Brings the tables to the new state.
   *
   * @param before the state before, empty when this is the subject's first transition
   */
  void project(Tx tx, Subject subject, Optional<S> before, S after, Instant now);
}
