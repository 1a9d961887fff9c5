/** A client of the server's public API, for the command line and the demo. */
@NullMarked
package io.windlass.webhooks.client;

import org.jspecify.annotations.NullMarked;
