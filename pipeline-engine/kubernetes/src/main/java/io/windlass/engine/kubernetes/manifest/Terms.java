package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.release.EnvironmentId;
import java.util.Optional;

/**
 * What the operator lets a repository bring to an environment.
 *
 * @param environment that objects are brought to
 * @param namespace that all objects must be in
 * @param exposure how they may be reached from outside
 * @param storage what claims are kept in; empty: there are none
 * @param allowance what the operator says beside their kinds
 */
record Terms(
    EnvironmentId environment,
    String namespace,
    Exposure exposure,
    Kinds kinds,
    Optional<Storage> storage,
    Allowance allowance) {
  static Terms of(EnvironmentId environment, Placement placement) {
    Allowance allowance = placement.allowance();
    return new Terms(
        environment,
        placement.namespace(),
        placement.exposure(),
        new Kinds(allowance.kinds()),
        placement.storage(),
        allowance);
  }

  /** Who issues the certificates of an ingress' hosts. */
  Optional<Exposure.Issuer> issuer() {
    return exposure instanceof Exposure.ByIngress by ? by.issuer() : Optional.empty();
  }
}
