/**
 * What server and keeper say to each other: records of protocol version 1, as JSON over HTTP under
 * {@code /v1}, on a Unix socket.
 *
 * <p>Every request may be sent again: names are chosen by the caller, and the second request finds
 * what the first one did. Fields may be added to a version and unknown ones are passed over, so
 * that server and keeper can be upgraded one after the other in either order. Where a keeper that
 * passes a field over would do something else than it was asked for, there is a request of its own,
 * which such a keeper refuses. What cannot be said that way becomes a new version.
 */
@NullMarked
package io.windlass.engine.local.protocol;

import org.jspecify.annotations.NullMarked;
