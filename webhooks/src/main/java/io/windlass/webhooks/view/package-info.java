/**
 * What pages show, as plain values: states in words, times, links, charts as geometry, logs without
 * terminal codes. Knows neither HTTP nor HTML; templates turn these values into both.
 */
@NullMarked
package io.windlass.webhooks.view;

import org.jspecify.annotations.NullMarked;
