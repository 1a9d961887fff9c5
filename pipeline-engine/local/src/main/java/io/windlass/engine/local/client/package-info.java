/**
 * The server's side of the keeper: a client for its protocol, and the adapters that implement the
 * ports of scaler and engine by it. All of them live through a restart of the keeper: a call waits
 * for it to come back, up to a bound.
 */
@NullMarked
package io.windlass.engine.local.client;

import org.jspecify.annotations.NullMarked;
