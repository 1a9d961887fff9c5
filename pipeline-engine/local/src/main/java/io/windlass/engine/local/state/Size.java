package io.windlass.engine.local.state;

/** The total that the scaler wants of a fleet, and what it said about it. */
public record Size(int wanted, String reason, String writer) {}
