package io.windlass.scaler.syntax;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A time of day in the five-field form that people know from crontab: minute, hour, day of month,
 * month, day of week. Lists, ranges and steps, names of months and days, 0 and 7 for Sunday.
 *
 * <p>As in crontab: where both day fields are restricted, a day that matches <em>either</em> counts
 * ({@code 0 0 13 * 5} is every 13th and every Friday); where one of them starts with {@code *},
 * both must match.
 *
 * <p>When clocks change, as in Vixie's cron: a fixed time that the clock jumps over fires at the
 * moment after the jump, and one that the clock shows twice fires the first time only. Where the
 * minute or the hour starts with {@code *} the expression means an interval, which follows the time
 * that really passes. Quartz' own cron trigger would lose the skipped time and an hour of an
 * interval, so the next time is computed here, and Quartz is given that instant.
 */
public final class Cron {

  /** Every combination of date and weekday, leap days included, comes back within 40 years. */
  private static final int SEARCHED_DAYS = 40 * 366;

  private final String text;
  private final CronField minute;
  private final CronField hour;
  private final CronField dayOfMonth;
  private final CronField month;
  private final CronField dayOfWeek;

  private Cron(String[] parts) {
    this.text = String.join(" ", parts);
    this.minute = CronField.parse(CronField.Unit.MINUTE, parts[0]);
    this.hour = CronField.parse(CronField.Unit.HOUR, parts[1]);
    this.dayOfMonth = CronField.parse(CronField.Unit.DAY_OF_MONTH, parts[2]);
    this.month = CronField.parse(CronField.Unit.MONTH, parts[3]);
    this.dayOfWeek = CronField.parse(CronField.Unit.DAY_OF_WEEK, parts[4]);
  }

  /**
   * Parses an expression that is known to be good, such as one that was stored.
   *
   * @throws IllegalArgumentException with a sentence about what is wrong
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Cron of(String text) {
    String[] parts = text.strip().split("\\s+");
    if (text.strip().startsWith("@")) {
      throw new IllegalArgumentException("names such as @daily; write five fields");
    }
    if (parts.length != 5) {
      throw new IllegalArgumentException(parts.length + " fields");
    }
    var cron = new Cron(parts);
    if (cron.next(Instant.EPOCH, ZoneOffset.UTC).isEmpty()) {
      throw new IllegalArgumentException("a date that never comes");
    }
    return cron;
  }

  /** Reads an expression from a file; what is wrong with it is a problem. */
  public static Optional<Cron> read(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    try {
      return text.map(Cron::of);
    } catch (IllegalArgumentException e) {
      problems.add(
          node.at(),
          path,
          "found " + Values.describe(node) + ", which has " + e.getMessage(),
          "minute hour day-of-month month day-of-week, such as \"30 8 * * 1-5\"");
      return Optional.empty();
    }
  }

  /** The first time after {@code after}; empty only beyond the years that Java can count. */
  public Optional<Instant> next(Instant after, ZoneId zone) {
    ZoneRules rules = zone.getRules();
    // A day back: near a change of clocks, a time of yesterday's date can still be to come.
    LocalDate day = LocalDateTime.ofInstant(after, zone).toLocalDate().minusDays(1);
    for (int i = 0; i < SEARCHED_DAYS; i++, day = day.plusDays(1)) {
      if (matches(day)) {
        Optional<Instant> found = firstOn(day, rules, after);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The last time in (after, until]; empty where there is none. */
  public Optional<Instant> last(Instant after, Instant until, ZoneId zone) {
    Optional<Instant> last = Optional.empty();
    Optional<Instant> next = next(after, zone);
    while (next.filter(time -> !time.isAfter(until)).isPresent()) {
      last = next;
      next = next(next.get(), zone);
    }
    return last;
  }

  /**
   * The start of a window of the given length that is open at {@code now}: the earliest time of
   * this expression in (now - length, now]. Empty when none is open.
   */
  public Optional<Instant> openSince(Instant now, ZoneId zone, Duration length) {
    return next(now.minus(length), zone).filter(start -> !start.isAfter(now));
  }

  private boolean matches(LocalDate day) {
    if (!month.has(day.getMonthValue())) {
      return false;
    }
    boolean date = dayOfMonth.has(day.getDayOfMonth());
    boolean weekday = dayOfWeek.has(day.getDayOfWeek().getValue() % 7);
    boolean bothMustMatch = dayOfMonth.star() || dayOfWeek.star();
    return bothMustMatch ? (date && weekday) : (date || weekday);
  }

  private Optional<Instant> firstOn(LocalDate day, ZoneRules rules, Instant after) {
    boolean interval = minute.star() || hour.star();
    Optional<Instant> first = Optional.empty();
    BitSet hours = hour.values();
    BitSet minutes = minute.values();
    for (int h = hours.nextSetBit(0); h >= 0; h = hours.nextSetBit(h + 1)) {
      for (int m = minutes.nextSetBit(0); m >= 0; m = minutes.nextSetBit(m + 1)) {
        LocalDateTime local = LocalDateTime.of(day, LocalTime.of(h, m));
        for (Instant fire : instants(local, rules, interval)) {
          if (fire.isAfter(after) && first.filter(f -> !f.isAfter(fire)).isEmpty()) {
            first = Optional.of(fire);
          }
        }
      }
    }
    return first;
  }

  private static List<Instant> instants(LocalDateTime local, ZoneRules rules, boolean interval) {
    List<ZoneOffset> offsets = rules.getValidOffsets(local);
    if (offsets.isEmpty()) {
      return interval ? List.of() : List.of(rules.getTransition(local).getInstant());
    }
    return offsets.stream().limit(interval ? 2 : 1).map(local::toInstant).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cron c && c.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The five fields, one space between them. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }
}
