package io.windlass.scaler.control;

import java.time.Instant;
import java.util.Optional;

/**
 * What the loop has done since it started.
 *
 * @param skipped ticks that found the one before still under way
 * @param left evaluations that were still under way when their tick had waited long enough
 * @param failures evaluations that ended without a decision, and resizes that failed
 */
public record Stats(
    long ticks,
    long skipped,
    long decisions,
    long resizes,
    long failures,
    long left,
    Optional<Instant> lastTick) {}
