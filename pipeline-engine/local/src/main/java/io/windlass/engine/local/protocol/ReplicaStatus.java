package io.windlass.engine.local.protocol;

import java.time.Instant;
import java.util.Optional;

/**
 * One replica.
 *
 * @param since start of the phase
 * @param failures in a row: ends of its process that nobody asked for
 * @param lastFailure in one sentence
 * @param standby whether it is ready and all requests go to the other release; empty from a keeper
 *     that does not say
 */
public record ReplicaStatus(
    String id,
    String release,
    Phase phase,
    Instant since,
    Optional<Integer> port,
    Optional<Long> pid,
    int failures,
    Optional<String> lastFailure,
    Optional<Boolean> standby) {}
