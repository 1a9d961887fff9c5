/**
 * The pages: what runs where and why, rendered by the server, with forms for what a person may ask.
 * Reads and asks through the same classes as the API.
 */
@NullMarked
package io.windlass.webhooks.dashboard;

import org.jspecify.annotations.NullMarked;
