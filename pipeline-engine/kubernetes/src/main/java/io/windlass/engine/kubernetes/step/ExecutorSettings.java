package io.windlass.engine.kubernetes.step;

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
 * @param cpuMillis for steps that name none, request and limit
 * @param memoryBytes for steps that name none, request and limit
 * @param workspaceBytes the most that a step's workspace may hold
 * @param patience how long a step may wait for a node, a quota or a registry
 * @param serviceAccount of the pods; no token of it is mounted. Empty for the namespace's default
 * @param pullSecrets names of Secrets in the namespace
 * @param nodes labels that a node must have
 */
public record ExecutorSettings(
    String namespace,
    String image,
    Optional<String> helper,
    long user,
    int cpuMillis,
    long memoryBytes,
    long workspaceBytes,
    Duration patience,
    Optional<String> serviceAccount,
    List<String> pullSecrets,
    Map<String, String> nodes,
    List<Toleration> tolerations) {
  public static final long USER = 1000;
  public static final int CPU_MILLIS = 1000;
  public static final long MEMORY_BYTES = 2L << 30;
  public static final long WORKSPACE_BYTES = 10L << 30;
  public static final Duration PATIENCE = Duration.ofMinutes(10);

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
        CPU_MILLIS,
        MEMORY_BYTES,
        WORKSPACE_BYTES,
        PATIENCE,
        Optional.empty(),
        List.of(),
        Map.of(),
        List.of());
  }
}
