package io.windlass.engine.rollout;

import java.util.Optional;

/**
 * What one look of a check saw.
 *
 * @param value of the release; empty where there is no data
 * @param requests of the release in the window, where they were counted
 * @param before the same of what ran before it; empty where there is no data of that, or where it
 *     rests on too few requests
 * @param missing why there is no value
 */
public record Measured(
    Optional<Double> value,
    Optional<Double> requests,
    Optional<Double> before,
    Optional<String> missing) {
  static Measured nothing(String why, Optional<Double> before) {
    return new Measured(Optional.empty(), Optional.empty(), before, Optional.of(why));
  }
}
