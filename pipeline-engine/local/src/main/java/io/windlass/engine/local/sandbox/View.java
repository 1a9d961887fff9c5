package io.windlass.engine.local.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process sees and who it is.
 *
 * @param root an image's own files as the whole of its root; empty: the machine's programs
 * @param readable directories and files shown beside those, read-only, by their place inside
 * @param writable likewise, writable
 * @param directory that it starts in, as seen inside
 * @param env all of its variables
 * @param user that it runs as where the keeper is root
 * @param network of its own; empty: the machine's, where the proxy can call it
 */
public record View(
    Optional<Path> root,
    Map<Path, Path> readable,
    Map<Path, Path> writable,
    Path directory,
    Map<String, String> env,
    int user,
    Optional<HeldNetwork> network) {
  public View {
    readable = Map.copyOf(readable);
    writable = Map.copyOf(writable);
    env = Map.copyOf(env);
  }

  /**
   * Ready to launch.
   *
   * @param command what to execute, without any variable of the process in it
   * @param input what it reads from file descriptor 3
   * @param directory to start it in
   * @param sandboxed whether bubblewrap stands in front of the program
   */
  public record Command(List<String> command, String input, Path directory, boolean sandboxed) {}
}
