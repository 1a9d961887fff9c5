/**
 * The one journal under everything that waits.
 *
 * <p>A {@link io.windlass.engine.journal.Machine} is a pure function from a state and an event to
 * the next state, the effects that should happen, the timers that should ring and what other
 * machines should hear. {@link io.windlass.engine.journal.Journal#tell} applies it inside one
 * database transaction, so that the row is the mailbox: once the call returns, the transition is on
 * the disk. Effects are performed afterwards by a {@link io.windlass.engine.journal.Performer}, at
 * least once, at most one at a time in each lane, under an {@link
 * io.windlass.engine.journal.EffectId} that stays the same over restarts; what they result in is
 * the machine's next event.
 *
 * <p>{@link io.windlass.engine.journal.Database} is the store below it, open to every package that
 * keeps tables of its own: one thread owns the connection that writes and commits in groups, a few
 * connections read.
 */
@NullMarked
package io.windlass.engine.journal;

import org.jspecify.annotations.NullMarked;
