/**
 * The composition root: reads the settings, wires the modules by hand, starts and stops what runs.
 * Nothing else depends on it but the command line.
 */
@NullMarked
package io.windlass.webhooks.server;

import org.jspecify.annotations.NullMarked;
