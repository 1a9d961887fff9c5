package io.windlass.engine.rollout;

import java.time.Instant;

/** Nothing new begins in an environment until somebody lifts it. */
public record Freeze(String who, String why, Instant since) {}
