package io.windlass.engine.local.protocol;

/**
 * The engine's wish for the division of an environment's fleets.
 *
 * @param percent of every fleet's total, and of the requests, that shall be of {@code release}: 100
 *     replaces what ran before, less leaves the rest with it. A keeper of the version before knows
 *     whole numbers, and its requests follow the replicas
 */
public record Shift(String environment, String release, double percent) {}
