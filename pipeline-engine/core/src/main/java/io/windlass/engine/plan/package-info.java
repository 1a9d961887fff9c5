/**
 * What a deployment would change, shown before anything is applied: the repository's file at a
 * commit, made into the release that it would become, compared with what serves.
 */
@NullMarked
package io.windlass.engine.plan;

import org.jspecify.annotations.NullMarked;
