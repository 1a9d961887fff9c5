package io.windlass.engine.run;

import io.windlass.engine.journal.Tell;
import io.windlass.engine.release.EnvironmentId;

/**
 * How a run speaks to environments. They answer with {@link RunEvent.DeploymentMoved}, once for
 * each stage, until one that has ended.
 */
public interface Deployments {
  /** Asks for a deployment. */
  Tell request(DeploymentRequest request);

  /** Takes a deployment back that has not begun; one that has begun goes on. */
  Tell withdraw(EnvironmentId environment, RunId run, String reason);
}
