package io.windlass.engine.local.step;

import io.windlass.engine.local.protocol.Resources;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How steps are kept.
 *
 * @param directory theirs; one below it for each
 * @param keeper a name that no other keeper of the machine has
 * @param most at the same time
 * @param memoryBytes for a step that does not say what it needs
 * @param machine all that there is; a step that asks for more is refused
 * @param workspaceBytes that a step's workspace and temporary files may have together
 * @param freeBytes that are kept free on the disk; below it no step starts
 */
public record StepSettings(
    Path directory,
    String keeper,
    int most,
    long memoryBytes,
    Resources machine,
    long workspaceBytes,
    long freeBytes) {

  /** Why a step that asks for so much cannot run here, if it cannot. */
  Optional<String> refusal(Resources asked) {
    if (asked.cpuMillis() > machine.cpuMillis()) {
      return Optional.of(
          "the step asks for %dm of CPU but this machine has %dm; lower its \"resources\""
              .formatted(asked.cpuMillis(), machine.cpuMillis()));
    }
    return asked.memoryBytes() > machine.memoryBytes()
        ? Optional.of(
            "the step asks for %d MiB of memory but this machine has %d MiB; lower its \"resources\""
                .formatted(asked.memoryBytes() >> 20, machine.memoryBytes() >> 20))
        : Optional.empty();
  }
}
