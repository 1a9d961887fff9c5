/**
 * What the keeper must still know after it was killed: wanted sizes, divisions, its replicas, and
 * the releases they run. Every change is on disk before it is acted on.
 */
@NullMarked
package io.windlass.engine.local.state;

import org.jspecify.annotations.NullMarked;
