package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.policy.Scaling;
import java.util.Map;
import java.util.Optional;

/** Hands an environment's policies to the scaler. */
@FunctionalInterface
public interface ScalingBinder {
  /**
   * From now on the scaler sizes each fleet by its policy. When this returns, each fleet's total is
   * at least its policy's {@code min}, written by the scaler's one writer of that fleet; a fleet
   * that does not run anything yet has a total as well. Bound again, a policy takes the place of
   * the one before.
   *
   * @param scaling by process
   * @param max the operator's limit for each fleet, which a policy cannot lift
   * @return why a policy is not in force, if so: nothing that trying again would help
   * @throws Exception when the fleet could not be reached; the call may be made again
   */
  Optional<String> bind(
      EnvironmentId environment, Map<String, Scaling> scaling, Optional<Integer> max)
      throws Exception;
}
