package io.windlass.scaler.control;

import io.windlass.scaler.decision.Decision;
import java.time.Instant;

/**
 * A row of a fleet's decision log. Evaluations that say the same and change nothing share one row,
 * which then shows the latest of them.
 *
 * @param sequence counts a fleet's rows from 1
 * @param first when the first evaluation of this row was
 * @param last when the latest one was; equals {@code decision().at()}
 * @param evaluations how many share the row
 * @param outcome what came of it
 * @param error why the resize failed; empty otherwise
 */
public record LoggedDecision(
    long sequence,
    Decision decision,
    Mode mode,
    Instant first,
    Instant last,
    long evaluations,
    Outcome outcome,
    String error) {
  /** What came of a decision. */
  public enum Outcome {
    /** The size was right already. */
    UNCHANGED,
    /**
     * Stored before the fleet is written; found after a crash it says that nobody knows whether it
     * was.
     */
    RESIZING,
    /** The fleet took the size. */
    RESIZED,
    /** The fleet refused or could not be reached; it is decided again at the next tick. */
    FAILED,
    /** Another size was decided and, the fleet being only observed, not written. */
    OBSERVED
  }
}
