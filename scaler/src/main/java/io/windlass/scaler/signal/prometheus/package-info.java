/**
 * Signals from a Prometheus server, or from whatever speaks its HTTP API.
 *
 * <p>Users write PromQL without a fleet's labels; {@link
 * io.windlass.scaler.signal.prometheus.PromQlScope} parses it and puts the fleet into every
 * selector, so that no expression can look at a fleet that it was not written for. What cannot be
 * parsed is refused and never sent.
 */
@NullMarked
package io.windlass.scaler.signal.prometheus;

import org.jspecify.annotations.NullMarked;
