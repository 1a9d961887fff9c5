package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.SecretRef;
import java.util.Optional;

/** Which version of a secret a new release gets. */
@FunctionalInterface
public interface SecretVersions {
  /**
   * The newest version of the environment's own secret of the name, else of the repository's; empty
   * when neither has a value.
   */
  Optional<SecretRef> newest(EnvironmentId environment, String name);
}
