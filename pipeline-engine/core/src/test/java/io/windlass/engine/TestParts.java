package io.windlass.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.engine.image.registry.DockerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The real programs and files that tests talk to, as {@code bin/parts} sets them up. */
public final class TestParts {
  private TestParts() {}

  /** The folder outside the checkout that {@code bin/parts} keeps them in. */
  public static Path cache() {
    return Optional.ofNullable(System.getenv("WINDLASS_TEST_PARTS"))
        .map(Path::of)
        .orElseGet(() ->
            Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("windlass/parts"));
  }

  /**
   * A program of the PATH, else of a part that {@code bin/parts} has made. Skips the test without
   * it, unless this is CI.
   *
   * @param part how the name of the part's folder begins; its version follows
   */
  public static Path program(String name, String part) {
    Optional<Path> found = DockerRegistry.program(name).or(() -> made(name, part));
    need(found.isPresent(), name + " (run bin/parts)");
    return found.orElseThrow();
  }

  private static Optional<Path> made(String name, String part) {
    try (Stream<Path> parts = Files.list(cache())) {
      return parts
          .filter(folder -> folder.getFileName().toString().startsWith(part + "-"))
          .map(folder -> folder.resolve(name))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Skips the test without the part, unless this is CI, which has them all.
   *
   * @param part its name, and how to get it
   */
  public static void need(boolean there, String part) {
    if (!there && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("part absent: " + part + " is required where CI=true");
    }
    assumeTrue(there, "part absent: " + part);
  }
}
