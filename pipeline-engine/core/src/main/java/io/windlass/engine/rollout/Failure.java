package io.windlass.engine.rollout;

import java.util.List;

/**
 * Why a rollout did not succeed.
 *
 * @param ours whether the target or the server failed, and not the release
 * @param lastLogLines of the replica or command that shows it best; may be empty
 */
public record Failure(String cause, boolean ours, List<String> lastLogLines) {
  public Failure {
    lastLogLines = List.copyOf(lastLogLines);
  }

  static Failure of(String cause) {
    return new Failure(cause, false, List.of());
  }

  static Failure ours(String cause) {
    return new Failure(cause, true, List.of());
  }
}
