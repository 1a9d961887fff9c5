package io.windlass.engine.image.store;

/**
 * What a collection did.
 *
 * @param images records removed
 * @param freedBytes of blobs that nothing needs any more
 * @param keptBytes of blobs that are still there
 * @param busy nothing was done, because something was being built, pulled or unpacked; call again
 */
public record Collected(int images, long freedBytes, long keptBytes, boolean busy) {}
