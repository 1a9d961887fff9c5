package io.windlass.engine.local.protocol;

/**
 * The engine's wish that a release and what ran before it have as many replicas each as the total.
 *
 * @param live whether all requests go to {@code release}; before that all go to what ran before
 */
public record Beside(String environment, String release, boolean live) {}
