package io.windlass.engine.pipeline;

import java.util.Map;
import java.util.Optional;

/**
 * What {@code windlass.yaml} says, complete: defaults filled in, overrides resolved, names checked.
 *
 * @param env for every step; values may hold expressions
 * @param steps by name, in the file's order; their needs form no cycle. The preset's own build step
 *     where the file names none
 * @param image what to build; always present when there are environments
 * @param environments by name, in the file's order
 */
public record Pipeline(
    On on,
    Concurrency concurrency,
    Map<String, String> env,
    Map<String, Step> steps,
    Optional<ImageSpec> image,
    Map<String, EnvironmentSpec> environments) {
  public Pipeline {
    env = Ordered.copy(env);
    steps = Ordered.copy(steps);
    environments = Ordered.copy(environments);
  }

  /**
   * What happens to older runs of a branch.
   *
   * @param cancelSuperseded whether a newer run of the same branch cancels the steps of an older
   *     one; a deployment is never cancelled
   */
  public record Concurrency(boolean cancelSuperseded) {}
}
