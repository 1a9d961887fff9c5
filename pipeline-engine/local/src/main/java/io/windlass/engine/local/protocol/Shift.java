package io.windlass.engine.local.protocol;

/**
 * The engine's wish for the division of an environment's fleets.
 *
 * @param percent of every fleet's total that shall be of {@code release}; the rest stays with what
 *     ran before
 */
public record Shift(String environment, String release, int percent) {}
