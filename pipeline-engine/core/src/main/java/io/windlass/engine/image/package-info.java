/**
 * What an image is, before and after it is built.
 *
 * <p>An {@link io.windlass.engine.image.ImagePlan} says which files go where and how the program
 * starts; {@code preset} makes one from a workspace, {@code jib} builds it, {@code store} keeps
 * what was built by its digest, {@code registry} pushes and pulls. This package holds the words
 * that they share and depends on none of them.
 *
 * <p>The workspace that a plan is made from is hostile: whatever a commit or its steps left there
 * may be a link out of it, a device, or a file of a terabyte.
 */
@NullMarked
package io.windlass.engine.image;

import org.jspecify.annotations.NullMarked;
