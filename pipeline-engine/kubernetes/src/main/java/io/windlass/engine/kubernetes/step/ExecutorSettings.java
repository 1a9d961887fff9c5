package io.windlass.engine.kubernetes.step;

import com.google.common.math.IntMath;
import com.google.common.math.LongMath;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the operator says about steps as Jobs. Nothing of it can be changed by a repository's file.
 *
 * @param namespace of the Jobs, used by one server only
 * @param image for steps that name none; it needs {@code /bin/sh} and {@code tar}
 * @param helper receives and hands back the workspace, beside the step; empty for the step's own
 *     image. It needs {@code /bin/sh}, {@code tar} and {@code mkfifo}
 * @param user that all containers run as, with the group of the same number; not 0
 * @param usual for steps and services that name none, request and limit
 * @param most that one step may ask for, with its services
 * @param workspaceBytes the most that a step's workspace may hold
 * @param keepFreeBytes kept free on the server's disk, where workspaces are sent from and taken
 *     back to
 * @param patience how long a step may wait for a node, a quota or a registry, and at least how long
 *     a pod is tried that cannot be reached
 * @param serviceAccount of the pods; no token of it is mounted. Empty for the namespace's default
 * @param pullSecrets names of Secrets in the namespace
 * @param nodes labels that a node must have
 */
public record ExecutorSettings(
    String namespace,
    String image,
    Optional<String> helper,
    long user,
    Amounts usual,
    Amounts most,
    long workspaceBytes,
    long keepFreeBytes,
    Duration patience,
    Optional<String> serviceAccount,
    List<String> pullSecrets,
    Map<String, String> nodes,
    List<Toleration> tolerations) {
  public static final long USER = 1000;
  public static final Amounts USUAL = new Amounts(1000, 2L << 30);

  /** How many times the usual amounts a step may ask for where the operator does not say. */
  public static final int TIMES_USUAL = 4;

  public static final long WORKSPACE_BYTES = 10L << 30;
  public static final long KEEP_FREE_BYTES = 1L << 30;
  public static final Duration PATIENCE = Duration.ofMinutes(10);

  /**
   * What a pod or a container gets.
   *
   * @param cpuMillis thousandths of a core
   */
  public record Amounts(int cpuMillis, long memoryBytes) {
    Amounts plus(Amounts other) {
      return new Amounts(
          IntMath.saturatedAdd(cpuMillis, other.cpuMillis),
          LongMath.saturatedAdd(memoryBytes, other.memoryBytes));
    }

    /** So many times as much. */
    public Amounts times(int factor) {
      return new Amounts(
          IntMath.saturatedMultiply(cpuMillis, factor),
          LongMath.saturatedMultiply(memoryBytes, factor));
    }
  }

  public ExecutorSettings {
    if (user <= 0) {
      throw new IllegalArgumentException("steps must not run as the user " + user);
    }
    pullSecrets = List.copyOf(pullSecrets);
    nodes = Map.copyOf(nodes);
    tolerations = List.copyOf(tolerations);
  }

  /** With the defaults for all that is not named. */
  public static ExecutorSettings of(String namespace, String image) {
    return new ExecutorSettings(
        namespace,
        image,
        Optional.empty(),
        USER,
        USUAL,
        USUAL.times(TIMES_USUAL),
        WORKSPACE_BYTES,
        KEEP_FREE_BYTES,
        PATIENCE,
        Optional.empty(),
        List.of(),
        Map.of(),
        List.of());
  }
}
