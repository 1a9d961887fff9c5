package io.windlass.engine.notification;

import java.util.Optional;

/**
 * How one branch or tag, or one environment, stands.
 *
 * @param lastRun the newest run whose end was heard, 0 for none
 * @param failure the cause that was told last, until the ref recovers, or the environment's target
 *     can be reached
 * @param problem why the last message did not reach everybody
 * @param gate what a person is waited for, as it was told
 */
public record AlertState(
    long lastRun, Optional<String> failure, Optional<String> problem, Optional<String> gate) {
  AlertState troubled(String why) {
    return new AlertState(lastRun, failure, Optional.of(why), gate);
  }

  AlertState failing(Optional<String> cause) {
    return new AlertState(lastRun, cause, problem, gate);
  }

  AlertState gated(Optional<String> by) {
    return new AlertState(lastRun, failure, problem, by);
  }
}
