/**
 * What happens to the branches and tags of a repository, and which of it makes a run.
 *
 * <p>Deliveries, polls, schedules and people all come to the same question: is this commit decided
 * already? Each ref keeps the answer for itself, so that nothing is run twice and nothing is
 * missed; the repository numbers what is run.
 */
@NullMarked
package io.windlass.engine.repository;

import org.jspecify.annotations.NullMarked;
