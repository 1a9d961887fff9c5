package io.windlass.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;

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
