/**
 * Builds images with Jib's parts inside the server's own warm JVM: layers are keyed by what is in
 * them, made once however many builds want them, and assembled in the content store.
 */
@NullMarked
package io.windlass.engine.image.jib;

import org.jspecify.annotations.NullMarked;
