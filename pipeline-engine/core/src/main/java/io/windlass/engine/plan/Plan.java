package io.windlass.engine.plan;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Change;
import java.util.List;
import java.util.Optional;

/**
 * What deploying a commit would change.
 *
 * @param ref where the commit was found, a full name
 * @param serving the release that serves now
 * @param built whether a run has built the commit's image; else {@code changes} say so in its place
 * @param changes at the target and of the scaling policies; empty: nothing would change
 * @param obstacles why it would not be deployed as things are: a grant, a secret without a value, a
 *     freeze
 */
public record Plan(
    EnvironmentId environment,
    String ref,
    String sha,
    Optional<Long> serving,
    boolean built,
    List<Change> changes,
    List<String> obstacles) {
  public Plan {
    changes = List.copyOf(changes);
    obstacles = List.copyOf(obstacles);
  }
}
