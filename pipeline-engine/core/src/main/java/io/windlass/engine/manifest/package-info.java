/**
 * What repositories bring of their own for a target: rendered out of a commit, once, and kept by
 * the hash of its text.
 */
@NullMarked
package io.windlass.engine.manifest;

import org.jspecify.annotations.NullMarked;
