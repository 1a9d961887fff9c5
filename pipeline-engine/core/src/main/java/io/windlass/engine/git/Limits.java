package io.windlass.engine.git;

import java.time.Duration;

/**
 * How much one fetch or checkout may take; reaching one is a {@link GitException} that names it.
 *
 * @param transportBytes bytes received in one fetch
 * @param checkoutBytes sum of the files of one checkout, submodules apart
 * @param checkoutFiles files and links of one checkout
 * @param pathBytes longest path in a checkout
 * @param submodules submodules of one checkout, nested ones counted
 * @param time one fetch or one checkout from begin to end
 */
public record Limits(
    long transportBytes,
    long checkoutBytes,
    int checkoutFiles,
    int pathBytes,
    int submodules,
    Duration time) {

  public static final Limits DEFAULTS =
      new Limits(4L << 30, 4L << 30, 500_000, 3000, 50, Duration.ofMinutes(10));

  public Limits withTransportBytes(long bytes) {
    return new Limits(bytes, checkoutBytes, checkoutFiles, pathBytes, submodules, time);
  }

  public Limits withCheckoutBytes(long bytes) {
    return new Limits(transportBytes, bytes, checkoutFiles, pathBytes, submodules, time);
  }

  public Limits withCheckoutFiles(int files) {
    return new Limits(transportBytes, checkoutBytes, files, pathBytes, submodules, time);
  }

  public Limits withTime(Duration limit) {
    return new Limits(transportBytes, checkoutBytes, checkoutFiles, pathBytes, submodules, limit);
  }
}
