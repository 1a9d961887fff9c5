package io.windlass.scaler.control;

import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.fleet.FleetId;
import java.util.List;
import java.util.Optional;

/**
 * Port to where decisions are kept. Safe for several threads; for one fleet it is called by one
 * thread at a time.
 *
 * <p>{@link #write} is one transaction: the row and the fleet's memory are both stored, synced, or
 * neither. A row of a sequence that is there is replaced, so writing twice is harmless. If it
 * throws, the scaler does not resize: a size that cannot be explained is not set.
 */
public interface DecisionLog {
  /**
   * Stores a row, or replaces the row of the same fleet and sequence, together with what the next
   * decision must know.
   *
   * @throws RuntimeException if it could not be stored
   */
  void write(LoggedDecision row, Memory memory);

  /** The fleet's newest row and the memory stored with it. */
  Optional<Remembered> latest(FleetId fleet);

  /** The fleet's newest rows, newest first, at most so many. */
  List<LoggedDecision> recent(FleetId fleet, int limit);

  /** What a restart takes up again. */
  record Remembered(LoggedDecision row, Memory memory) {}
}
