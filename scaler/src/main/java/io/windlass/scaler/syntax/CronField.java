package io.windlass.scaler.syntax;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One field of a cron expression.
 *
 * @param values the numbers that it stands for; Sunday is 0
 * @param star whether it starts with {@code *}, which decides how the two day fields combine and
 *     whether a time of day is fixed
 */
record CronField(BitSet values, boolean star) {

  /** The five fields in their order. */
  enum Unit {
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY_OF_MONTH("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    DAY_OF_WEEK("day of week", 0, 7, "sun mon tue wed thu fri sat");

    private final String words;
    private final int first;
    private final int last;
    private final String names;

    Unit(String words, int first, int last, String names) {
      this.words = words;
      this.first = first;
      this.last = last;
      this.names = names;
    }

    private int number(String text) {
      int named = List.of(names.split(" ")).indexOf(text.toLowerCase(Locale.ROOT));
      if (named >= 0) {
        return named + first;
      }
      if (!text.matches("[0-9]{1,2}") || value(text) < first || value(text) > last) {
        throw wrong(text, first + " to " + last);
      }
      return value(text);
    }

    private IllegalArgumentException wrong(String text, String form) {
      return new IllegalArgumentException(
          "\"" + Values.printable(text) + "\" as " + words + " (" + form + ")");
    }

    private static int value(String text) {
      return Integer.parseInt(text);
    }
  }

  private static final Pattern ITEM =
      Pattern.compile("(?:(\\*)|([0-9a-zA-Z]{1,9})(?:-([0-9a-zA-Z]{1,9}))?)(?:/([0-9]{1,2}))?");

  CronField {
    values = (BitSet) values.clone();
  }

  static CronField parse(Unit unit, String text) {
    var values = new BitSet();
    for (String item : text.split(",", -1)) {
      Matcher m = ITEM.matcher(item);
      if (!m.matches()) {
        throw unit.wrong(item, "numbers, ranges, steps and lists");
      }
      if (m.group(4) != null && m.group(1) == null && m.group(3) == null) {
        throw unit.wrong(item, "a step needs * or a range, such as */15");
      }
      int from = m.group(1) == null ? unit.number(m.group(2)) : unit.first;
      int to = m.group(1) == null ? end(unit, m, from) : unit.last;
      int step = m.group(4) == null ? 1 : Integer.parseInt(m.group(4));
      if (from > to || step == 0) {
        throw unit.wrong(item, "a range goes upwards, a step is at least 1");
      }
      for (int v = from; v <= to; v += step) {
        values.set(unit == Unit.DAY_OF_WEEK ? v % 7 : v);
      }
    }
    return new CronField(values, text.startsWith("*"));
  }

  private static int end(Unit unit, Matcher m, int from) {
    if (m.group(3) == null) {
      return from;
    }
    int to = unit.number(m.group(3));
    boolean sundayAtTheEnd = unit == Unit.DAY_OF_WEEK && to == 0 && from > 0;
    return sundayAtTheEnd ? 7 : to;
  }

  boolean has(int value) {
    return values.get(value);
  }
}
