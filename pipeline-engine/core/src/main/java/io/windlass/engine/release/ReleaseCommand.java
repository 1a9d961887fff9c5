package io.windlass.engine.release;

import java.time.Duration;

/**
 * A command that is run once for a release, before its first replica; {@code npm run migrate}.
 * Never tried again by itself.
 */
public record ReleaseCommand(String run, Duration timeout) {}
