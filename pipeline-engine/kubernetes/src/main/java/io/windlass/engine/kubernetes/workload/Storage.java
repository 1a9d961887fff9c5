package io.windlass.engine.kubernetes.workload;

import java.util.Optional;

/**
 * What the operator gives volumes.
 *
 * @param storageClass of a volume that is one replica's own; empty for the cluster's default
 * @param sharedClass of a volume that replicas on many nodes write to; empty: there are none
 * @param mostBytes of one volume
 * @param totalBytes of all volumes of an environment, with those that no release has any more
 * @param deleted whether volumes go with their environment; else they stay when it is removed
 */
public record Storage(
    Optional<String> storageClass,
    Optional<String> sharedClass,
    long mostBytes,
    long totalBytes,
    boolean deleted) {
  public static final long MOST_BYTES = 100L << 30;

  /** What an environment may have in all, where nothing else is said: so many of the largest. */
  public static final int TIMES_MOST = 5;
}
