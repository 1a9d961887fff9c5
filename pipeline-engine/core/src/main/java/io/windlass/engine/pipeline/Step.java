package io.windlass.engine.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node of the run's graph.
 *
 * @param needs steps of the same pipeline that must have passed before
 * @param run shell text; nothing of ours is ever put into it
 * @param env for this step, over the pipeline's; values may hold expressions
 * @param secrets names; their values become variables of the same names
 * @param retries further tries after the first, on timeout and lost worker only
 * @param allowFailure whether its failure leaves the run passed
 * @param image that it runs in, where the server's executor runs containers; may hold expressions
 * @param resources that it may use at most, and where it runs in a container is given
 * @param services that run beside it, in their order, where the executor runs containers
 */
public record Step(
    String name,
    List<String> needs,
    String run,
    Map<String, String> env,
    List<String> secrets,
    Duration timeout,
    int retries,
    boolean allowFailure,
    Optional<String> image,
    Resources resources,
    List<ServiceSpec> services) {
  public Step {
    needs = List.copyOf(needs);
    env = Ordered.copy(env);
    secrets = List.copyOf(secrets);
    services = List.copyOf(services);
  }

  /** How the text is executed: by a plain shell that stops at the first command that fails. */
  public List<String> command() {
    return shell(run);
  }

  /** The command line for shell text anywhere in the file. */
  public static List<String> shell(String text) {
    return List.of("/bin/sh", "-e", "-c", text);
  }
}
