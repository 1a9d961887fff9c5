package io.windlass.webhooks.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the server's file is. */
final class ConfigOption {
  private static final Path HERE = Path.of("windlass-server.yaml");
  private static final Path SYSTEM = Path.of("/etc/windlass/server.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The server's file (default: $WINDLASS_CONFIG, else windlass-server.yaml here, else /etc/windlass/server.yaml).")
  private @Nullable Path named;

  /** The file that was named, else the one in WINDLASS_CONFIG, here, or of the system. */
  Path file() {
    if (named != null) {
      return named;
    }
    String variable = System.getenv("WINDLASS_CONFIG");
    if (variable != null && !variable.isBlank()) {
      return Path.of(variable);
    }
    return Files.exists(HERE) || !Files.exists(SYSTEM) ? HERE : SYSTEM;
  }
}
