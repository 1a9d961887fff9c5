package io.windlass.engine.run;

import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ManifestRef;
import java.util.List;

/** Renders what a commit brings for an environment, and keeps it. */
@FunctionalInterface
public interface ManifestRenderer {
  /** Where nothing is deployed. */
  ManifestRenderer NONE = (_, _, _) -> new Outcome.Refused("nothing is deployed from here");

  /**
   * Renders it as it is at a commit. Called again, it answers the same.
   *
   * @throws Exception when the repository or the target cannot be reached; worth another attempt
   */
  Outcome render(EnvironmentId environment, String sha, ManifestSpec manifests) throws Exception;

  /** What came of it. */
  sealed interface Outcome {
    /**
     * It is kept.
     *
     * @param hosts whose requests it asks for
     */
    record Made(ManifestRef manifests, List<String> hosts) implements Outcome {
      public Made {
        hosts = List.copyOf(hosts);
      }
    }

    /** The commit's doing; the reason names every mistake. */
    record Refused(String reason) implements Outcome {}
  }
}
