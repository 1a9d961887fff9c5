/**
 * What has changed, told to whoever listens at that moment. Nothing is kept and nothing is
 * promised: who was away reads anew what it shows.
 */
@NullMarked
package io.windlass.webhooks.feed;

import org.jspecify.annotations.NullMarked;
