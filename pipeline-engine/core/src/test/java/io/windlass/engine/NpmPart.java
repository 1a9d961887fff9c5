package io.windlass.engine;

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
    TestParts.need(modules.isPresent(), name + " (run bin/parts)");
    return modules.get();
  }

  /** The same where a test can do without. */
  public static Optional<Path> find(String name) {
    return Optional.of(TestParts.cache().resolve("npm").resolve(name))
        .filter(folder -> Files.exists(folder.resolve(".done")))
        .map(folder -> folder.resolve("node_modules"));
  }
}
