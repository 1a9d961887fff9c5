package io.windlass.engine.local.protocol;

/**
 * The scaler's wish for a fleet. A fleet that the keeper has not heard of is remembered at that
 * size.
 *
 * @param fleet {@code acme/shop/production/web}
 * @param wanted total over all releases
 * @param reason one sentence, for people
 */
public record Resize(String fleet, int wanted, String reason, String writer) {}
