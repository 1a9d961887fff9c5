package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;

/**
 * What the operator lets a repository bring to an environment.
 *
 * @param namespace that all objects must be in
 * @param exposure how they may be reached from outside
 * @param allowance what the operator says beside their kinds
 */
record Terms(String namespace, Exposure exposure, Kinds kinds, Allowance allowance) {
  static Terms of(Placement placement) {
    Allowance allowance = placement.allowance();
    return new Terms(
        placement.namespace(), placement.exposure(), new Kinds(allowance.kinds()), allowance);
  }
}
