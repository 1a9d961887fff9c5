/**
 * Talking to registries through Jib's client: credentials from Docker's configuration, retries,
 * pushing from and pulling into the content store, and refusals in words that help.
 */
@NullMarked
package io.windlass.engine.image.registry;

import org.jspecify.annotations.NullMarked;
