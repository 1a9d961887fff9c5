package io.windlass.engine.local.step;

import java.nio.file.Path;

/**
 * How steps are kept.
 *
 * @param directory theirs; one below it for each
 * @param keeper a name that no other keeper of the machine has
 * @param most at the same time
 * @param memoryBytes for a step that does not say what it needs
 * @param workspaceBytes that a step's workspace and temporary files may have together
 * @param freeBytes that are kept free on the disk; below it no step starts
 */
public record StepSettings(
    Path directory,
    String keeper,
    int most,
    long memoryBytes,
    long workspaceBytes,
    long freeBytes) {}
