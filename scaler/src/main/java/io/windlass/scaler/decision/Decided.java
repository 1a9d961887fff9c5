package io.windlass.scaler.decision;

/** A decision and what to remember for the next one. */
public record Decided(Decision decision, Memory memory) {}
