package io.windlass.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The npm packages that {@code bin/parts} puts into a cache outside of the checkout. */
public final class NpmPart {
  private NpmPart() {}

  /**
   * The {@code node_modules} that a package was installed into; skips the test where it was not,
   * unless this is CI.
   *
   * @param name the package's folder in the cache, {@code axe-core-4.10.3}
   */
  public static Path modules(String name) {
    Optional<Path> modules = find(name);
    if (modules.isEmpty() && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("part absent: " + name + " is required where CI=true");
    }
    assumeTrue(modules.isPresent(), "part absent: " + name + " (run bin/parts)");
    return modules.get();
  }

  /** The same where a test can do without. */
  public static Optional<Path> find(String name) {
    return Optional.of(cache().resolve("npm").resolve(name))
        .filter(folder -> Files.exists(folder.resolve(".done")))
        .map(folder -> folder.resolve("node_modules"));
  }

  private static Path cache() {
    return Optional.ofNullable(System.getenv("WINDLASS_TEST_PARTS"))
        .map(Path::of)
        .orElseGet(() ->
            Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("windlass/parts"));
  }
}
