/**
 * The REST API under {@code /api/v1}: everything that the pages and the command line do. Errors are
 * RFC 9457 problem details.
 */
@NullMarked
package io.windlass.webhooks.api;

import org.jspecify.annotations.NullMarked;
