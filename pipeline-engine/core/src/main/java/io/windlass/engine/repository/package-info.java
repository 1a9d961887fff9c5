/**
 * What happens to the branches and tags of one repository, and which of it makes a run.
 *
 * <p>Deliveries, polls, schedules and people all come to the same question: is this commit decided
 * already? The answer is kept for each ref, so that nothing is run twice and nothing is missed.
 */
@NullMarked
package io.windlass.engine.repository;

import org.jspecify.annotations.NullMarked;
