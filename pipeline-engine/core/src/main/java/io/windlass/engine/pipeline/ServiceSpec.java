package io.windlass.engine.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program that runs beside a step, such as a database: begun before it, ended after it. The step
 * reaches it at its port, under its name and at localhost.
 *
 * @param image may hold expressions
 * @param run shell text; empty for the image's own entry point
 * @param env values may hold expressions
 * @param secrets names; their values become variables of the same names
 * @param port that it listens at
 * @param user that it runs as, not 0; empty for the one that steps run as
 */
public record ServiceSpec(
    String name,
    String image,
    Optional<String> run,
    Map<String, String> env,
    List<String> secrets,
    int port,
    Ready ready,
    Optional<Integer> user,
    Resources resources) {
  public ServiceSpec {
    env = Ordered.copy(env);
    secrets = List.copyOf(secrets);
  }

  /**
   * When it is ready, and the step begins.
   *
   * @param look how it is asked
   * @param within how long that may take; after it the step fails
   */
  public record Ready(Look look, Duration within) {}

  /** How a service is asked whether it is ready. */
  public sealed interface Look {
    /** Its port is open. */
    record Port() implements Look {}

    /** A request for this path at its port is answered with 2xx or 3xx. */
    record Path(String path) implements Look {}

    /** Shell text ends with 0 inside of it. */
    record Run(String text) implements Look {}
  }

  /** The same with its expressions filled in. */
  public ServiceSpec expanded(Expressions.Context context) {
    return new ServiceSpec(
        name,
        Expressions.expand(image, context),
        run,
        Expressions.expand(env, context),
        secrets,
        port,
        ready,
        user,
        resources);
  }
}
