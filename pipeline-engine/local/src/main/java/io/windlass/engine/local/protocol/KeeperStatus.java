package io.windlass.engine.local.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The keeper itself.
 *
 * @param version of the program
 * @param bootId of the machine
 * @param proxyPort where the routes are served
 */
public record KeeperStatus(
    String version,
    long pid,
    Instant started,
    String bootId,
    Optional<Integer> proxyPort,
    Isolation isolation,
    Budget budget) {

  /**
   * What keeps processes apart on this machine, each probed to work when the keeper started.
   *
   * @param sandbox a view of the file system and a process space of its own (bubblewrap); without
   *     it only images whose base is {@code host} are accepted and steps see the host's files
   * @param unprivileged a user of its own instead of the keeper's
   * @param limits {@code cgroup v1}, {@code cgroup v2} or {@code none}
   * @param metadataBlocked the cloud's metadata address cannot be reached from inside
   * @param ownNetwork steps have a network of their own
   * @param loopbackClosed replicas cannot call what listens on the machine, but what the operator
   *     lists
   * @param notes one sentence for each thing that is missing, with what it means
   */
  public record Isolation(
      boolean sandbox,
      boolean unprivileged,
      String limits,
      boolean metadataBlocked,
      boolean ownNetwork,
      boolean loopbackClosed,
      List<String> notes) {
    /** Whether code of strangers (pull requests from forks) may run here. */
    public boolean fitForStrangers() {
      return sandbox
          && unprivileged
          && metadataBlocked
          && ownNetwork
          && loopbackClosed
          && !limits.equals("none");
    }
  }

  /** What replicas may use together, and what those that run ask for. */
  public record Budget(int cpuMillis, long memoryBytes, int cpuMillisTaken, long memoryTaken) {}
}
