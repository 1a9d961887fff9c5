package io.windlass.scaler.decision;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Wish;
import java.time.Instant;
import java.util.List;

/**
 * One evaluation of a fleet's policies, whole enough to be explained a year later.
 *
 * @param current the wanted total that was found
 * @param ready how many replicas served
 * @param starting how many were on their way
 * @param clamps every rule that changed the size, in order
 * @param result the size that was decided
 * @param sentence what happened and why, in plain English
 * @param notes what a user should know beyond the sentence, as an outside writer or a clock that
 *     differs
 */
public record Decision(
    FleetId fleet,
    Instant at,
    int current,
    int ready,
    int starting,
    List<Input> inputs,
    List<Wish> wishes,
    List<Clamp> clamps,
    int result,
    String sentence,
    List<String> notes) {
  public Decision {
    inputs = List.copyOf(inputs);
    wishes = List.copyOf(wishes);
    clamps = List.copyOf(clamps);
    notes = List.copyOf(notes);
  }

  /** Whether the fleet should get another size. */
  public boolean changes() {
    return result != current;
  }
}
