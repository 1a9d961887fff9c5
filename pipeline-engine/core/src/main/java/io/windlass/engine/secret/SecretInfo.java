package io.windlass.engine.secret;

import java.time.Instant;
import java.util.Optional;

/**
 * A secret without its value.
 *
 * @param current its latest version
 * @param set when, and by whom, that version was set
 * @param lastUsed when a value was last given out, to the minute
 * @param maskable whether logs can hide the value; false for those that are too short, see {@link
 *     Masker}
 */
public record SecretInfo(
    SecretVersion current,
    Instant set,
    String setBy,
    Optional<Instant> lastUsed,
    boolean maskable) {}
