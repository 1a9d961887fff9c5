package io.windlass.engine.local.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How the replicas of one process run.
 *
 * @param command program and arguments; empty: the image's own entry point
 * @param env plain variables, over those of the image
 * @param secrets over {@code env}
 * @param serves whether it listens: it is then given a free port of the loopback in {@code PORT}
 * @param drain how long requests under way get, and then how long the process gets after SIGTERM
 */
public record ProcessSpec(
    Root root,
    List<String> command,
    Map<String, String> env,
    Secrets secrets,
    boolean serves,
    Health health,
    Resources resources,
    Duration drain) {
  public ProcessSpec {
    command = List.copyOf(command);
    env = Map.copyOf(env);
  }

  public ProcessSpec withSecrets(Secrets others) {
    return new ProcessSpec(root, command, env, others, serves, health, resources, drain);
  }
}
