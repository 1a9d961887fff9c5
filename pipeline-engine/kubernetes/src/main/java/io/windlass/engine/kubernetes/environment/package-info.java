/**
 * What is wanted of each environment and what is there of it: the first kept in the cluster itself,
 * the second watched. Neither is ever asked for again and again.
 */
@NullMarked
package io.windlass.engine.kubernetes.environment;

import org.jspecify.annotations.NullMarked;
