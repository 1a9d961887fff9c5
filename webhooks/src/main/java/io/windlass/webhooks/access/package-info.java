/**
 * Who may do what. One administrator's token, made on first start, guards everything but the hook
 * and the probes; a browser exchanges it for a session cookie. Requests that change something by
 * cookie must come from our own pages.
 */
@NullMarked
package io.windlass.webhooks.access;

import org.jspecify.annotations.NullMarked;
