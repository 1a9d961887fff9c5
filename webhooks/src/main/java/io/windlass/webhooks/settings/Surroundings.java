package io.windlass.webhooks.settings;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the server's file points to outside itself.
 *
 * @param directory what relative paths are relative to: the file's own
 * @param variable an environment variable's value
 */
public record Surroundings(Path directory, Function<String, Optional<String>> variable) {

  /** Those of this process, for a file at this path. */
  public static Surroundings of(Path file) {
    Path directory = file.toAbsolutePath().normalize().getParent();
    return new Surroundings(
        directory == null ? Path.of("/") : directory,
        name -> Optional.ofNullable(System.getenv(name)));
  }

  Path resolve(String path) {
    return directory.resolve(path).toAbsolutePath().normalize();
  }
}
