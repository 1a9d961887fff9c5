package io.windlass.engine.rollout;

import io.windlass.scaler.policy.Scaling;
import java.util.Map;
import java.util.Optional;

/**
 * What sizes an environment's fleets. No part of a release: a commit may change it alone. Kept
 * beside the release that it was in force with, so that a return finds it.
 *
 * @param scaling by process
 * @param max the operator's limit for each fleet when it was asked for
 */
public record Policies(Map<String, Scaling> scaling, Optional<Integer> max) {
  public Policies {
    scaling = Map.copyOf(scaling);
  }
}
