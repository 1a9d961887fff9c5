package io.windlass.engine.local.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step to run once.
 *
 * @param id chosen by the caller; a second start under it finds the first
 * @param workspace absolute; the only place that the step can write to, beside its own /tmp. Not
 *     looked at where {@code release} is given
 * @param readable absolute; directories outside the workspace that it may read
 * @param command program and arguments; the program is looked up in the step's PATH
 * @param logFile absolute; the keeper alone writes it, already masked. Empty: the keeper keeps it
 *     with the step, and answers its last lines
 * @param timeout from the start of its process, by the keeper's clock
 * @param logBytes written log at most; a step that writes more is stopped
 * @param release run inside the files, variables and secrets of this release's process, as {@code
 *     release:} commands do
 */
public record StepStart(
    String id,
    String workspace,
    List<String> readable,
    List<String> command,
    Map<String, String> env,
    Secrets secrets,
    Optional<String> logFile,
    Duration timeout,
    long logBytes,
    Resources resources,
    Optional<InRelease> release) {
  public StepStart {
    readable = List.copyOf(readable);
    command = List.copyOf(command);
    env = Map.copyOf(env);
  }

  /** A process of a prepared release. */
  public record InRelease(String release, String process) {}
}
