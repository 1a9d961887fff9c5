/**
 * Processes of the machine: started in a session of their own so that they live on without the
 * keeper, known by pid and start time, found again, measured, and ended with all that they started.
 */
@NullMarked
package io.windlass.engine.local.process;

import org.jspecify.annotations.NullMarked;
