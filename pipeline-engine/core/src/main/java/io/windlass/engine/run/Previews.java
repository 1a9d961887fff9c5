package io.windlass.engine.run;

import io.windlass.engine.release.EnvironmentId;
import java.util.Map;

/** What a commit would change where, for people who look at it before it is merged. */
@FunctionalInterface
public interface Previews {
  /** Says nothing. */
  Previews NONE = (_, _) -> Map.of();

  /**
   * One line for each environment that the commit's file and the operator's know, such as {@code
   * would change process web, variables}.
   *
   * @throws Exception when the repository or a target cannot be reached; worth another attempt
   */
  Map<EnvironmentId, String> of(RunId run, String sha) throws Exception;
}
