package io.windlass.engine.pipeline;

import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A place that the pipeline wants to deploy to. It waits for every step that may not fail.
 *
 * @param target the operator's name for where releases go
 * @param app the runtime contract with this environment's overrides
 * @param routes the public side
 * @param manifests objects of its own that the repository brings; empty where the target makes them
 * @param scale by process; every process of {@code app} has an entry
 */
public record EnvironmentSpec(
    String name,
    String target,
    When when,
    App app,
    RolloutSpec rollout,
    List<RouteSpec> routes,
    Optional<ManifestSpec> manifests,
    Map<String, Scaling> scale) {
  public EnvironmentSpec {
    routes = List.copyOf(routes);
    scale = Ordered.copy(scale);
  }

  /**
   * Which runs deploy. Where only one of branches and tags is given, the other does not deploy. A
   * person may deploy any commit by hand, within what the operator allows.
   *
   * @param schedule whether scheduled runs deploy too; pull requests never do
   */
  public record When(Optional<Patterns> branches, Optional<Patterns> tags, boolean schedule) {}

  /**
   * How a release replaces another.
   *
   * @param deadline after which a rollout that has not ended returns by itself, the time that it
   *     waits for people left out
   */
  public record RolloutSpec(Strategy strategy, Duration deadline) {}

  /**
   * Requests for a process.
   *
   * @param host empty: every host that the operator gave this environment
   * @param path prefix, {@code /} for everything
   * @param tls whether its host is to have a certificate
   */
  public record RouteSpec(Optional<String> host, String path, String process, boolean tls) {}
}
