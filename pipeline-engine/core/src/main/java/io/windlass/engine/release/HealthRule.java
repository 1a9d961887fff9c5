package io.windlass.engine.release;

import java.time.Duration;
import java.util.Optional;

/**
 * How a target learns that a replica is well.
 *
 * @param ready path that answers 2xx when the replica may get traffic; empty: an open port is
 *     enough
 * @param live path that answers 2xx while the replica need not be restarted; empty: a running
 *     process is enough
 * @param interval between two looks
 * @param startup how long a new replica may take until it is first ready
 */
public record HealthRule(
    Optional<String> ready, Optional<String> live, Duration interval, Duration startup) {}
