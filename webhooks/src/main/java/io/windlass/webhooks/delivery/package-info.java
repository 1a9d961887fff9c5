/**
 * Webhook intake: what GitHub sends is authenticated over its raw bytes, stored, and only then
 * answered. A delivery is a machine of the journal, so that "stored", "counted once by its id" and
 * "handed to its repository" are one synced transaction.
 */
@NullMarked
package io.windlass.webhooks.delivery;

import org.jspecify.annotations.NullMarked;
