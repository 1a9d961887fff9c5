package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/** What is the matter with a release's replicas. */
sealed interface Finding {
  record Well() implements Finding {}

  /** Something stands in the way that may go away by itself; in one sentence. */
  record Obstacle(String what) implements Finding {}

  /**
   * The release does not come up.
   *
   * @param cause in one sentence
   * @param witness whose log may say more
   */
  record Broken(String cause, Optional<Pod> witness) implements Finding {}
}
