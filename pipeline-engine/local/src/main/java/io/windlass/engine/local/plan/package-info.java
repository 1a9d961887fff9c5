/**
 * What to do next so that a fleet becomes as wanted: a pure function of the wish, of what is there
 * and of the time. It starts before it drains and never drains what would leave fewer ready
 * replicas than wanted.
 */
@NullMarked
package io.windlass.engine.local.plan;

import org.jspecify.annotations.NullMarked;
