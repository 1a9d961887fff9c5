/**
 * What steps and replicas print: plain files that only grow, masked before they are written, read
 * by range and never as a whole.
 *
 * <p>Beside each log lies a sparse index of its lines ({@code .lines}), so that any line of a long
 * log is a short read away. A reader needs neither the writer nor its process; the index is a help,
 * and a log without one is read from its beginning.
 */
@NullMarked
package io.windlass.engine.log;

import org.jspecify.annotations.NullMarked;
