package io.windlass.scaler.fleet;

/**
 * A part of a whole, as in a canary's weight.
 *
 * @param fraction from 0 to 1
 */
public record Share(double fraction) {
  public static final Share NONE = new Share(0);
  public static final Share ALL = new Share(1);

  public Share {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "Tried to make a share of " + fraction + "; use 0% to 100%");
    }
  }

  /** A share in percent, from 0 to 100. */
  public static Share percent(double percent) {
    return new Share(percent / 100);
  }

  /** How many of a total: rounded up, so that a share of a small number is at least one. */
  public int of(int total) {
    // The small subtraction undoes binary fractions: 0.1 * 30 must be 3 and not 4.
    return Math.min(total, (int) Math.ceil(fraction * total - 1e-9));
  }

  /** In percent, as {@link #percent} was given it: 7 and not 7.000000000000001. */
  public double inPercent() {
    return Math.round(fraction * 1e8) / 1e6;
  }

  @Override
  public String toString() {
    double percent = inPercent();
    return percent == Math.rint(percent) ? (long) percent + "%" : percent + "%";
  }
}
