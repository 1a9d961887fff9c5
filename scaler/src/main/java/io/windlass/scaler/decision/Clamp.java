package io.windlass.scaler.decision;

/**
 * One rule changed the size.
 *
 * @param rule its name in {@link Rules}
 * @param why a clause of a sentence
 */
public record Clamp(String rule, int before, int after, String why) {}
