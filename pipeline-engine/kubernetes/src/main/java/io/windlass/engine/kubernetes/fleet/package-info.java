/** Fleets of a cluster as the scaler sees them: a total, and replicas told apart by release. */
@NullMarked
package io.windlass.engine.kubernetes.fleet;

import org.jspecify.annotations.NullMarked;
