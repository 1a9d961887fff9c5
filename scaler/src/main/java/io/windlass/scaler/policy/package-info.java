/**
 * How large a fleet should be, as its owner wrote it: the {@code scale:} block as {@link
 * io.windlass.scaler.policy.Scaling}, its policies, and the wish that each policy has at a moment.
 */
@NullMarked
package io.windlass.scaler.policy;

import org.jspecify.annotations.NullMarked;
