package io.windlass.scaler.syntax;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notations for amounts. Each amount carries its unit, so that nobody guesses it. */
public final class Units {

  private static final Pattern DURATION =
      Pattern.compile(
          "(?:([0-9]{1,5})d)?(?:([0-9]{1,7})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,4}(?:\\.[0-9]{1,4})?)%");
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,4})?)([a-zA-Z]{1,3})");
  private static final Pattern CPU =
      Pattern.compile("([0-9]{1,4}(?:\\.[0-9]{1,3})?)|([0-9]{1,7})m");

  private static final Map<String, Long> BYTES =
      Map.ofEntries(
          Map.entry("B", 1L),
          Map.entry("k", 1_000L),
          Map.entry("kB", 1_000L),
          Map.entry("K", 1_000L),
          Map.entry("KB", 1_000L),
          Map.entry("M", 1_000_000L),
          Map.entry("MB", 1_000_000L),
          Map.entry("G", 1_000_000_000L),
          Map.entry("GB", 1_000_000_000L),
          Map.entry("T", 1_000_000_000_000L),
          Map.entry("TB", 1_000_000_000_000L),
          Map.entry("Ki", 1L << 10),
          Map.entry("KiB", 1L << 10),
          Map.entry("Mi", 1L << 20),
          Map.entry("MiB", 1L << 20),
          Map.entry("Gi", 1L << 30),
          Map.entry("GiB", 1L << 30),
          Map.entry("Ti", 1L << 40),
          Map.entry("TiB", 1L << 40));

  private Units() {}

  /** {@code 10m}, {@code 5s}, {@code 1h30m}, {@code 250ms}, {@code 2d}: units in falling order. */
  public static Optional<Duration> duration(String text) {
    Matcher m = DURATION.matcher(text);
    if (text.isEmpty() || !m.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(part(m, 1))
            .plusHours(part(m, 2))
            .plusMinutes(part(m, 3))
            .plusSeconds(part(m, 4))
            .plusMillis(part(m, 5)));
  }

  /** {@code 60%} as 0.6. */
  public static Optional<Double> share(String text) {
    Matcher m = SHARE.matcher(text);
    return m.matches()
        ? Optional.of(new BigDecimal(m.group(1)).movePointLeft(2).doubleValue())
        : Optional.empty();
  }

  /** Bytes: {@code 512Mi} and {@code 512MiB} in powers of two, {@code 512M} in powers of ten. */
  public static Optional<Long> bytes(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    Long unit = BYTES.get(m.group(2));
    if (unit == null) {
      return Optional.empty();
    }
    BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit));
    return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
        ? Optional.empty()
        : Optional.of(bytes.longValue());
  }

  /** Bytes a second: {@code 40MiB/s}. */
  public static Optional<Long> rate(String text) {
    return text.endsWith("/s") ? bytes(text.substring(0, text.length() - 2)) : Optional.empty();
  }

  /** Thousandths of a core: {@code 500m} as 500, {@code 2} as 2000, {@code 0.5} as 500. */
  public static Optional<Integer> millicores(String text) {
    Matcher m = CPU.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        m.group(2) != null
            ? Integer.parseInt(m.group(2))
            : new BigDecimal(m.group(1)).movePointRight(3).intValueExact());
  }

  /** The shortest notation of a duration that {@link #duration(String)} reads back. */
  public static String text(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    var out = new StringBuilder();
    append(out, duration.toDays(), "d");
    append(out, duration.toHoursPart(), "h");
    append(out, duration.toMinutesPart(), "m");
    append(out, duration.toSecondsPart(), "s");
    append(out, duration.toMillisPart(), "ms");
    return out.toString();
  }

  private static void append(StringBuilder out, long amount, String unit) {
    if (amount > 0) {
      out.append(amount).append(unit);
    }
  }

  private static long part(Matcher m, int group) {
    return m.group(group) == null ? 0 : Long.parseLong(m.group(group));
  }
}
