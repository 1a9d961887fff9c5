package io.windlass.engine.source;

import java.time.Instant;

/**
 * A delivery that the host gave up on: no attempt of this {@code guid} was answered with 2xx.
 *
 * @param id the last attempt, by the host's number: what {@link SourceHost#redeliver} takes
 * @param guid the delivery's own id, the same in every attempt
 * @param status what the host saw, such as {@code timed out} or {@code Invalid HTTP Response: 503}
 */
public record FailedDelivery(long id, String guid, String event, String status, Instant at) {}
