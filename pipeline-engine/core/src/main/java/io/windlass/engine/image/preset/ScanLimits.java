package io.windlass.engine.image.preset;

/**
 * How much of a workspace goes into an image.
 *
 * @param files how many files and directories
 * @param bytes of all files together
 * @param depth of directories below a file set's own
 */
public record ScanLimits(int files, long bytes, int depth) {

  /** 200,000 files, 8 GiB, 64 directories deep. */
  public static ScanLimits defaults() {
    return new ScanLimits(200_000, 8L << 30, 64);
  }
}
