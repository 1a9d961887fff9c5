/**
 * One execution of a pipeline for one commit: a pure machine over the graph of steps, and the ports
 * through which its effects reach the world.
 *
 * <p>Whatever waits is in the machine's state, in an effect or in a timer; no thread holds it. A
 * step attempt runs under an id that is derived from its effect, so that a server that starts again
 * finds the step that the one before it began.
 */
@NullMarked
package io.windlass.engine.run;

import org.jspecify.annotations.NullMarked;
