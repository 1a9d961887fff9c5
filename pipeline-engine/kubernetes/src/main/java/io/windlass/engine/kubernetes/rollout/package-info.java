/**
 * Moves environments from one release to another in a cluster. What is wanted is a {@link
 * io.windlass.engine.kubernetes.rollout.Wish}, kept in the cluster; what is there is watched;
 * {@link io.windlass.engine.kubernetes.rollout.Steps} says from both what to write next.
 *
 * <p>Each process has up to two workloads, its slots. A rolling release replaces the pods of one of
 * them; a canary and a blue-green one come into the other and stay there when they have won.
 */
@NullMarked
package io.windlass.engine.kubernetes.rollout;

import org.jspecify.annotations.NullMarked;
