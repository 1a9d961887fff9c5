package io.windlass.engine.release;

import java.time.Duration;
import java.util.Optional;

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
 */
public record ProcessRuntime(
    Optional<String> run,
    Optional<Integer> port,
    Optional<HealthRule> health,
    Optional<Integer> cpuMillis,
    Optional<Long> memoryBytes,
    Duration drain) {}
