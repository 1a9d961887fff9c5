/**
 * The keeper: keeps wanted and observed replicas the same, runs steps, answers the protocol, and
 * remembers all of it on disk so that it can be killed at any moment.
 *
 * <p>One thread, the loop, owns the state: it observes, lets the pure planner decide, writes the
 * new state to disk and acts. What takes time (unpacking, health checks, steps) happens on virtual
 * threads and comes back to the loop as an observation.
 */
@NullMarked
package io.windlass.engine.local.keeper;

import org.jspecify.annotations.NullMarked;
