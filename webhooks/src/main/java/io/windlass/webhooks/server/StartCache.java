package io.windlass.webhooks.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The JVM's caches of classes that are read and linked already, one for the server and one for the
 * keeper: they start with less than half of the work. Made by {@code windlass start-cache}; the
 * launcher says where they are, once it has seen that they are whole and of exactly this JDK and
 * these libraries. A JVM that finds one unfit after all says so and starts without it.
 */
public final class StartCache {
  private static final String VARIABLE = "WINDLASS_START_CACHE";

  private StartCache() {}

  /** Where the launcher says that the caches are, or are to be made. */
  public static Optional<Path> directory() {
    return Optional.ofNullable(System.getenv(VARIABLE)).map(Path::of);
  }

  /**
   * What a JVM is given to use its cache, or nothing where there is none.
   *
   * @param command {@code server} or {@code keeper}
   */
  public static List<String> options(String command) {
    return directory()
        .map(directory -> file(directory, command))
        .filter(Files::isRegularFile)
        .map(file -> List.of("-XX:AOTCache=" + file))
        .orElse(List.of());
  }

  /** The cache for a command below a directory. */
  public static Path file(Path directory, String command) {
    return directory.resolve(command + ".aot");
  }
}
