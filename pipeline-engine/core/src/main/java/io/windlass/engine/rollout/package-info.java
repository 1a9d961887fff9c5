/**
 * Moving an environment from one release to another: a persisted machine for each environment, and
 * the port to the place that releases go to.
 *
 * <p>The target is told releases and shares, never a number: how many replicas there are in all is
 * the scaler's, and the target multiplies.
 */
@NullMarked
package io.windlass.engine.rollout;

import org.jspecify.annotations.NullMarked;
