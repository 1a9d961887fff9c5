/**
 * The local machine as a place to run things: the keeper, a small process that outlives the server,
 * and the adapters through which the server speaks to it.
 *
 * <p>{@code protocol} is what both sides say; {@code keeper} the process itself over {@code
 * replica}, {@code step}, {@code sandbox}, {@code process} and {@code proxy}; {@code client} the
 * server's side, which implements the ports of scaler and engine.
 */
@NullMarked
package io.windlass.engine.local;

import org.jspecify.annotations.NullMarked;
