/**
 * A Kubernetes cluster for tests: the real control plane, and nodes that stand in for real ones.
 *
 * <p>{@link io.windlass.engine.kubernetes.part.KubeCluster} is where to begin.
 */
package io.windlass.engine.kubernetes.part;
