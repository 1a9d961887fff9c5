package io.windlass.engine.kubernetes.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach a cluster.
 *
 * @param kubeconfig empty: the pod's own service account where there is one, else {@code
 *     $KUBECONFIG}, else {@code ~/.kube/config}
 * @param context of the kubeconfig; empty for its current one
 * @param connect the longest wait for a connection
 * @param answer the longest wait for an answer; watches and logs are not bound by it, but a watch
 *     is asked as often whether its connection still leads anywhere
 */
public record ClusterSettings(
    Optional<Path> kubeconfig, Optional<String> context, Duration connect, Duration answer) {
  public static final Duration CONNECT = Duration.ofSeconds(5);
  public static final Duration ANSWER = Duration.ofSeconds(15);

  public ClusterSettings(Optional<Path> kubeconfig, Optional<String> context) {
    this(kubeconfig, context, CONNECT, ANSWER);
  }
}
