/**
 * From what is wanted and what is seen to a size and the reason for it. {@link
 * io.windlass.scaler.decision.Decide} is a pure function: no clock, no network, no store, so that a
 * decision can be tested in a table, replayed and explained.
 *
 * <p>The largest wish of the policies goes through an ordered list of named rules ({@link
 * io.windlass.scaler.decision.Rules}), each of which may change it and then says why. What one
 * evaluation must know of earlier ones is a value, {@link io.windlass.scaler.decision.Memory}, that
 * the caller keeps.
 */
@NullMarked
package io.windlass.scaler.decision;

import org.jspecify.annotations.NullMarked;
