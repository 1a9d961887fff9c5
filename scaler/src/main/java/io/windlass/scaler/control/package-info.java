/**
 * The loop: observe, decide, log, act. {@link io.windlass.scaler.control.ScalerLoop} is the one
 * writer of the sizes of the fleets bound to it. A stored resize is never retried; it is decided
 * again.
 */
@NullMarked
package io.windlass.scaler.control;

import org.jspecify.annotations.NullMarked;
