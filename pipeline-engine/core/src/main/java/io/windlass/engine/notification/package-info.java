/**
 * What others are told: marks on commits, and one chat message when a branch fails or recovers.
 *
 * <p>Both are machines, so that a restart forgets nothing, a newer state is never followed by an
 * older one, and a rate limit is a timer.
 */
@NullMarked
package io.windlass.engine.notification;

import org.jspecify.annotations.NullMarked;
