/**
 * What an environment runs: immutable, numbered releases made of image digests, runtime
 * configuration and secret versions.
 *
 * <p>A scaling policy is no part of a release; it applies by itself. Nothing here names a number of
 * replicas.
 */
@NullMarked
package io.windlass.engine.release;

import org.jspecify.annotations.NullMarked;
