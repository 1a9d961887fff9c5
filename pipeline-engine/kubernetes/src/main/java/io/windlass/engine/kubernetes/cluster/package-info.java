/**
 * The client of one cluster: who we are there, what the cluster has, and what its refusals mean.
 *
 * <p>Only this package turns the client library's exceptions into ours.
 */
@NullMarked
package io.windlass.engine.kubernetes.cluster;

import org.jspecify.annotations.NullMarked;
