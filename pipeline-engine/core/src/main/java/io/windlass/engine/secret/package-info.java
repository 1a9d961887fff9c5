/**
 * Secrets: values that never print themselves, encrypted where they rest, and masked out of every
 * log.
 */
@NullMarked
package io.windlass.engine.secret;

import org.jspecify.annotations.NullMarked;
