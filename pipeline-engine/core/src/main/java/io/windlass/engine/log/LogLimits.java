package io.windlass.engine.log;

/**
 * How much of an output is kept.
 *
 * @param headBytes how much from its beginning
 * @param tailBytes how much from its end, when it is longer than that; kept in memory until the log
 *     is closed
 * @param lineBytes how long a line may grow before it is written without waiting for its end
 */
public record LogLimits(long headBytes, int tailBytes, int lineBytes) {
  /** 64 MiB from the beginning, 256 KiB from the end. */
  public static final LogLimits STANDARD = new LogLimits(64L << 20, 256 << 10, 16 << 10);

  public LogLimits {
    if (headBytes < 0 || tailBytes < 0 || lineBytes < 1) {
      throw new IllegalArgumentException(
          "Tried to limit a log to "
              + headBytes
              + " and "
              + tailBytes
              + " bytes with lines of "
              + lineBytes
              + " but limits must not be negative, and a line needs a byte");
    }
  }
}
