package io.windlass.engine.local.replica;

import java.util.List;
import java.util.Map;

/**
 * The files that replicas run from, unpacked, and how they start.
 *
 * @param root absolute
 * @param onHost programs come from the machine, the image brings {@code /app} only
 * @param command entry point; may be empty where the release says its own
 * @param env the image's variables
 * @param workdir within the root
 */
public record Content(
    String root, boolean onHost, List<String> command, Map<String, String> env, String workdir) {
  public Content {
    command = List.copyOf(command);
    env = Map.copyOf(env);
  }
}
