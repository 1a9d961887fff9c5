/**
 * Replicas as the machine sees them: the files they run from, their processes, their health, their
 * logs, and what they use.
 */
@NullMarked
package io.windlass.engine.local.replica;

import org.jspecify.annotations.NullMarked;
