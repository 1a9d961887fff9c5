package io.windlass.scaler.policy;

import io.windlass.scaler.signal.Signal;
import java.time.Duration;
import java.util.Locale;

/** Numbers in the words of the {@code scale:} block. */
public final class Amounts {
  private static final String[] BYTES = {"B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"};

  private Amounts() {}

  /** A signal's value in its own unit: {@code 92%}, {@code 41.2MiB/s}, {@code 180/s}. */
  public static String of(Signal signal, double value) {
    return switch (signal) {
      case Signal.Cpu cpu -> number(value * 100) + "%";
      case Signal.NetworkIn in -> bytes(value);
      case Signal.NetworkOut out -> bytes(value);
      case Signal.Requests requests -> number(value) + "/s";
      case Signal.RequestCount count -> number(value);
      case Signal.InFlight inFlight -> number(value);
      case Signal.Errors errors -> number(value) + "/s";
      case Signal.RequestTime requestTime -> number(value) + " s/s";
      case Signal.CpuTime cpuTime -> number(value) + " cores";
      case Signal.PromQl promQl -> number(value);
    };
  }

  /**
   * A duration as users write it: {@code 1h30m}, {@code 15s}; parts of a second are dropped beside
   * whole ones.
   */
  public static String duration(Duration duration) {
    if (duration.isNegative()) {
      return "-" + duration(duration.negated());
    }
    if (duration.toSeconds() == 0) {
      return duration.toMillis() == 0 ? "0s" : duration.toMillis() + "ms";
    }
    StringBuilder text = new StringBuilder();
    append(text, duration.toHours(), "h");
    append(text, duration.toMinutesPart(), "m");
    append(text, duration.toSecondsPart(), "s");
    return text.toString();
  }

  /** So many replicas, in the singular for one. */
  public static String replicas(int count) {
    return count == 1 ? "1 replica" : count + " replicas";
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount > 0) {
      text.append(amount).append(unit);
    }
  }

  private static String bytes(double value) {
    double amount = value;
    int unit = 0;
    while (amount >= 1024 && unit < BYTES.length - 1) {
      amount /= 1024;
      unit++;
    }
    return number(amount) + BYTES[unit];
  }

  /** Three figures are what a reader compares; whole numbers stay whole. */
  private static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return String.valueOf((long) value);
    }
    String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.01 ? "%.2f" : "%.2g";
    String text = String.format(Locale.ROOT, format, value);
    return text.contains(".") && !text.contains("e") ? text.replaceAll("\\.?0+$", "") : text;
  }
}
