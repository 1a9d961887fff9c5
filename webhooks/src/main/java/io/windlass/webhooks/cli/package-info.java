/**
 * The command line: one picocli command a class. A command that acts on a server speaks its public
 * API through {@link io.windlass.webhooks.client.ApiClient}, so that nothing can be done here that
 * the API cannot do.
 */
@NullMarked
package io.windlass.webhooks.cli;

import org.jspecify.annotations.NullMarked;
