package io.windlass.engine.local.protocol;

import java.util.Optional;

/**
 * How a release without one before it, as far as the server knows, was taken away.
 *
 * @param serving what the keeper knew to be there besides, and brings back; empty where all went
 */
public record TakenAway(Optional<String> serving) {}
