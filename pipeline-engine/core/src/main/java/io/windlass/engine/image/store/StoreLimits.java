package io.windlass.engine.image.store;

import java.time.Duration;

/**
 * How far the content store goes.
 *
 * @param grace content that was stored or used less than this ago is never collected: the time
 *     between an image being built and a release that names it
 * @param blobBytes largest single blob that is taken
 * @param unpackedBytes what one image's layers may hold when they are unpacked
 * @param unpackedEntries how many files, directories and links that may be
 */
public record StoreLimits(Duration grace, long blobBytes, long unpackedBytes, int unpackedEntries) {

  /** An hour, 8 GiB a blob, 16 GiB and a million entries unpacked. */
  public static StoreLimits defaults() {
    return new StoreLimits(Duration.ofHours(1), 8L << 30, 16L << 30, 1_000_000);
  }

  public StoreLimits withGrace(Duration changed) {
    return new StoreLimits(changed, blobBytes, unpackedBytes, unpackedEntries);
  }
}
