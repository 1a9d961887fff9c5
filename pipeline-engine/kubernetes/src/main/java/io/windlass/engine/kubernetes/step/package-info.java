/**
 * Steps as Jobs of a cluster.
 *
 * <p>Each attempt is one Job of one pod. The server's copy of the workspace is the truth: it is
 * packed and streamed into the pod before the step's container begins, and what the step has
 * changed is streamed back after it has ended, over the exec calls of the API server. So no storage
 * class has to be there, steps of one run need not share a node, and the server may run anywhere.
 */
@NullMarked
package io.windlass.engine.kubernetes.step;

import org.jspecify.annotations.NullMarked;
