/**
 * From a workspace to an {@link io.windlass.engine.image.ImagePlan}: finds what a build left behind
 * and lays it out in layers by how often it changes. Reads the workspace and writes nothing.
 */
@NullMarked
package io.windlass.engine.image.preset;

import org.jspecify.annotations.NullMarked;
