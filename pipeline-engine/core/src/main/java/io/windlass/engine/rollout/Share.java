package io.windlass.engine.rollout;

/**
 * A part of a fleet's total, in percent.
 *
 * @param percent 0 to 100
 */
public record Share(int percent) {
  public static final Share ALL = new Share(100);

  public Share {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException(
          "Tried to give a release " + percent + "% of its fleets; use 0 to 100");
    }
  }

  /**
   * This share of a total, rounded up: at least one where share and total are more than nothing.
   */
  public int of(int total) {
    return (int) (((long) total * percent + 99) / 100);
  }
}
