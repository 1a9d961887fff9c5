/**
 * Reads what people wrote, and tells them everything that is wrong with it at once.
 *
 * <p>{@link io.windlass.scaler.syntax.Yaml} turns text into positioned {@link
 * io.windlass.scaler.syntax.Node}s under limits that hostile input cannot get around; {@link
 * io.windlass.scaler.syntax.Fields} reads a mapping key by key and reports what is missing, wrong
 * or unknown into {@link io.windlass.scaler.syntax.Problems}; {@link
 * io.windlass.scaler.syntax.Units} and {@link io.windlass.scaler.syntax.Cron} know the notations
 * for durations, shares, sizes, rates and times of day. Nothing here throws for a mistake in the
 * text: a mistake is a {@link io.windlass.scaler.syntax.Problem} with its place.
 */
@NullMarked
package io.windlass.scaler.syntax;

import org.jspecify.annotations.NullMarked;
