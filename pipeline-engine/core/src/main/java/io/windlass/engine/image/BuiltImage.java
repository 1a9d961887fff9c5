package io.windlass.engine.image;

import java.time.Duration;
import java.util.Optional;

/**
 * An image that is where its name says.
 *
 * @param reference name and digest, as a runtime would pull it: {@code
 *     ghcr.io/acme/shop@sha256:...}
 * @param digest of the manifest; what a release records
 * @param bytes of all its layers as they are stored, compressed
 * @param took from the call to the end, the sending included
 * @param base the base by digest where it came from a registry: what to build from to get the same
 */
public record BuiltImage(
    String reference, String digest, long bytes, Duration took, Optional<String> base) {}
