package io.windlass.engine.local.step;

import java.nio.file.Path;

/**
 * How steps are kept.
 *
 * @param directory theirs; one below it for each
 * @param keeper a name that no other keeper of the machine has
 * @param most at the same time
 * @param memoryBytes for a step that does not say what it needs
 */
public record StepSettings(Path directory, String keeper, int most, long memoryBytes) {}
