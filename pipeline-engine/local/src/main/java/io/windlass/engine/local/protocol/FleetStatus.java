package io.windlass.engine.local.protocol;

import java.util.List;
import java.util.Optional;

/**
 * One fleet.
 *
 * @param wanted empty until the scaler has said a size
 * @param writer who set it last
 * @param limit how many replicas the machine can hold now, where that is known
 */
public record FleetStatus(
    String fleet,
    Optional<Integer> wanted,
    Optional<String> writer,
    List<ReplicaStatus> replicas,
    Optional<HostLimit> limit) {

  /**
   * What the machine has room for.
   *
   * @param replicas at most, those that run included
   * @param reason one sentence with figures
   */
  public record HostLimit(int replicas, String reason) {}
}
