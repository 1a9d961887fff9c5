/**
 * Kubernetes as a place for releases, fleets and steps. All that speaks to a cluster is here: its
 * client, what is applied to it, and the adapters of the engine's and the scaler's ports.
 */
@NullMarked
package io.windlass.engine.kubernetes;

import org.jspecify.annotations.NullMarked;
