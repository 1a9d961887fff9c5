package io.windlass.engine.run;

import io.windlass.engine.release.EnvironmentId;
import java.util.List;
import java.util.Optional;

/**
 * What the operator's file allows: the repository's file asks, and can only narrow it. Asked at the
 * moment of deployment, so that a change counts at once.
 */
@FunctionalInterface
public interface EnvironmentGrants {
  Grant ask(Question question);

  /**
   * What a run wants to do.
   *
   * @param ref the branch or tag that the commit came by
   * @param target as the repository's file names it
   * @param hosts that its routes ask for
   */
  record Question(EnvironmentId environment, String ref, String target, List<String> hosts) {}

  /** The answer. */
  sealed interface Grant {
    /**
     * It may.
     *
     * @param max the most replicas of each fleet; empty for the target's own limits
     * @param hosts whose requests its routes may take at most; empty for any
     */
    record Allowed(Optional<Integer> max, List<String> hosts) implements Grant {
      public Allowed {
        hosts = List.copyOf(hosts);
      }
    }

    /** It may not; the reason names what the operator's file says instead. */
    record Refused(String reason) implements Grant {}
  }
}
