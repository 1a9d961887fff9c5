package io.windlass.engine.release;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one process of an application runs.
 *
 * @param run a shell command, or empty for the image's own entry point
 * @param port the port it listens on, given to it as {@code PORT}; a target may choose another one
 *     and say so in {@code PORT}. Empty: it serves nothing
 * @param health empty where the file says {@code health: none}: a process that runs is ready
 * @param cpuMillis thousandths of a core that it asks for
 * @param memoryBytes the memory that it may use
 * @param drain how long requests under way get before the process is stopped
 * @param volumes by name, what it keeps beyond its replicas and releases
 */
public record ProcessRuntime(
    Optional<String> run,
    Optional<Integer> port,
    Optional<HealthRule> health,
    Optional<Integer> cpuMillis,
    Optional<Long> memoryBytes,
    Duration drain,
    List<Volume> volumes) {
  public ProcessRuntime {
    volumes = orNone(volumes);
  }

  /** One that keeps nothing. */
  public ProcessRuntime(
      Optional<String> run,
      Optional<Integer> port,
      Optional<HealthRule> health,
      Optional<Integer> cpuMillis,
      Optional<Long> memoryBytes,
      Duration drain) {
    this(run, port, health, cpuMillis, memoryBytes, drain, List.of());
  }

  /** Releases that were stored before there were volumes say nothing of them. */
  private static List<Volume> orNone(@Nullable List<Volume> volumes) {
    return volumes == null ? List.of() : List.copyOf(volumes);
  }

  /** Whether there is never more than one replica of it. */
  public boolean single() {
    return volumes.stream().anyMatch(volume -> !volume.shared());
  }
}
