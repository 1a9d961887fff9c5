package io.windlass.engine.kubernetes.workload;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where and how the operator lets the releases of an environment run. Nothing in it comes from a
 * repository.
 *
 * @param namespace that the environment's objects live in
 * @param exposure how its routes are reached
 * @param imagePullSecrets names of secrets of the namespace
 * @param runAsUser the user that processes run as; empty for the image's own, which must be named
 *     by its number and not be 0, since the cluster starts nothing as root
 * @param nodeSelector labels of the nodes that they may run on
 * @param storage what volumes are kept in; empty: there are none
 * @param allowance what repositories may bring of their own
 */
public record Placement(
    String namespace,
    Exposure exposure,
    List<String> imagePullSecrets,
    Optional<Long> runAsUser,
    Map<String, String> nodeSelector,
    Optional<Storage> storage,
    Allowance allowance) {
  /** Whom images know as nobody in particular; those built by Windlass name no user. */
  public static final long USER = 65532;

  public Placement {
    imagePullSecrets = List.copyOf(imagePullSecrets);
    nodeSelector = Map.copyOf(nodeSelector);
  }

  /** A namespace, and nothing else said. */
  public static Placement in(String namespace) {
    return new Placement(
        namespace,
        new Exposure.None(),
        List.of(),
        Optional.of(USER),
        Map.of(),
        Optional.empty(),
        Allowance.NOTHING);
  }

  public Placement exposed(Exposure by) {
    return new Placement(
        namespace, by, imagePullSecrets, runAsUser, nodeSelector, storage, allowance);
  }

  public Placement storing(Storage in) {
    return new Placement(
        namespace, exposure, imagePullSecrets, runAsUser, nodeSelector, Optional.of(in), allowance);
  }

  public Placement allowing(Allowance brought) {
    return new Placement(
        namespace, exposure, imagePullSecrets, runAsUser, nodeSelector, storage, brought);
  }
}
