package io.windlass.webhooks.view;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/**
 * Series over time as the geometry of a chart, and the same as a table. Pure: a template writes the
 * SVG, so that nothing a name or a label holds becomes markup.
 *
 * @param width of the drawing in its own units
 * @param rows horizontal lines with their labels
 * @param columns moments with their labels
 * @param curves one for each series, in the order given
 * @param target the line to compare with
 * @param summary the newest values in a sentence
 * @param table the moments at which something changed, newest first
 */
public record Chart(
    int width,
    int height,
    List<Tick> rows,
    List<Tick> columns,
    List<Curve> curves,
    Optional<Tick> target,
    String summary,
    List<Row> table) {
  static final int WIDTH = 480;
  static final int HEIGHT = 180;
  static final int LEFT = 70;
  static final int RIGHT = 12;
  static final int TOP = 12;
  static final int BOTTOM = 24;
  private static final int TABLE_ROWS = 60;
  private static final int MOST_COLUMNS = 5;
  private static final long[] STEPS = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400
  };
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** How a series goes from one point to the next. */
  public enum Form {
    /** A size holds until it changes. */
    STEPS,
    /** A measurement. */
    LINE
  }

  /**
   * What the vertical axis counts.
   *
   * @param label a value with its unit
   * @param base of the round numbers: 1024 for bytes, 10 for all else
   * @param whole whether parts make no sense
   */
  public record Axis(DoubleFunction<String> label, int base, boolean whole, Form form) {}

  /** One value at one moment; empty where there was no data. */
  public record Point(Instant at, OptionalDouble value) {}

  /** Values in order of time. */
  public record Series(String name, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  /** A label at a distance from the drawing's upper or left edge. */
  public record Tick(double at, String label) {}

  /**
   * A series drawn.
   *
   * @param path in SVG's path language; empty without data
   */
  public record Curve(String name, String path) {}

  /**
   * A row of the table.
   *
   * @param values in the order of the series
   */
  public record Row(Instant at, List<String> values) {}

  /** Draws the series; empty when there are fewer than two moments. */
  public static Optional<Chart> of(List<Series> series, OptionalDouble target, Axis axis) {
    List<Instant> moments =
        series.stream()
            .flatMap(s -> s.points().stream())
            .map(Point::at)
            .distinct()
            .sorted()
            .toList();
    if (moments.size() < 2) {
      return Optional.empty();
    }
    return Optional.of(new Plan(series, target, axis, moments).draw());
  }

  private static final class Plan {
    private final List<Series> series;
    private final OptionalDouble target;
    private final Axis axis;
    private final List<Instant> moments;
    private final double step;
    private final double top;

    Plan(List<Series> series, OptionalDouble target, Axis axis, List<Instant> moments) {
      this.series = series;
      this.target = target;
      this.axis = axis;
      this.moments = moments;
      double highest =
          Math.max(
              series.stream()
                  .flatMap(s -> s.points().stream())
                  .map(Point::value)
                  .filter(OptionalDouble::isPresent)
                  .mapToDouble(OptionalDouble::getAsDouble)
                  .filter(Double::isFinite)
                  .max()
                  .orElse(0),
              target.orElse(0));
      this.step = round(Math.max(highest, axis.whole() ? 1 : Double.MIN_NORMAL) / 4, axis);
      this.top = step * Math.max(1, Math.ceil(highest * 1.02 / step));
    }

    Chart draw() {
      return new Chart(
          WIDTH,
          HEIGHT,
          rows(),
          columns(),
          series.stream().map(s -> new Curve(s.name(), path(s))).toList(),
          target.isPresent()
              ? Optional.of(
                  new Tick(y(target.getAsDouble()), axis.label().apply(target.getAsDouble())))
              : Optional.empty(),
          summary(),
          table());
    }

    private double x(Instant at) {
      double whole = Duration.between(moments.getFirst(), moments.getLast()).toMillis();
      double part = Duration.between(moments.getFirst(), at).toMillis();
      return LEFT + (WIDTH - LEFT - RIGHT) * part / whole;
    }

    private double y(double value) {
      return TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.clamp(value / top, 0, 1));
    }

    private List<Tick> rows() {
      List<Tick> rows = new ArrayList<>();
      for (int i = 0; i * step <= top * 1.0001; i++) {
        rows.add(new Tick(y(i * step), axis.label().apply(i * step)));
      }
      return rows;
    }

    private List<Tick> columns() {
      long from = moments.getFirst().getEpochSecond();
      long to = moments.getLast().getEpochSecond();
      long every = STEPS[STEPS.length - 1];
      for (int i = STEPS.length - 1; i >= 0 && (to - from) / STEPS[i] <= MOST_COLUMNS; i--) {
        every = STEPS[i];
      }
      List<Tick> columns = new ArrayList<>();
      for (long at = Math.ceilDiv(from, every) * every;
          at <= to && columns.size() <= MOST_COLUMNS;
          at += every) {
        Instant moment = Instant.ofEpochSecond(at);
        double x = x(moment);
        // A label at the very edge would be cut off.
        if (x >= LEFT && x <= WIDTH - RIGHT - 18) {
          columns.add(new Tick(x, (every < 60 ? SECONDS : MINUTES).format(moment)));
        }
      }
      return columns;
    }

    private String path(Series one) {
      StringBuilder path = new StringBuilder();
      boolean drawn = false;
      for (Point point : one.points()) {
        if (point.value().isEmpty() || !Double.isFinite(point.value().getAsDouble())) {
          drawn = false;
          continue;
        }
        String x = number(x(point.at()));
        String y = number(y(point.value().getAsDouble()));
        if (!drawn) {
          path.append('M').append(x).append(' ').append(y).append("h0");
        } else if (axis.form() == Form.STEPS) {
          path.append('H').append(x).append('V').append(y);
        } else {
          path.append('L').append(x).append(' ').append(y);
        }
        drawn = true;
      }
      return path.toString();
    }

    private String summary() {
      return series.stream().map(s -> s.name() + " " + newest(s)).collect(Collectors.joining(", "))
          + " at "
          + SECONDS.format(moments.getLast())
          + " UTC"
          + (target.isPresent() ? "; target " + axis.label().apply(target.getAsDouble()) : "")
          + ". The last "
          + Words.length(Duration.between(moments.getFirst(), moments.getLast()))
          + ".";
    }

    private String newest(Series one) {
      return one.points().isEmpty() ? "no data" : text(one.points().getLast().value());
    }

    private String text(OptionalDouble value) {
      return value.isPresent() ? axis.label().apply(value.getAsDouble()) : "no data";
    }

    private List<Row> table() {
      List<Row> rows = new ArrayList<>();
      int[] next = new int[series.size()];
      List<String> last = List.of();
      for (Instant moment : moments) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
          List<Point> points = series.get(i).points();
          while (next[i] < points.size() && !points.get(next[i]).at().isAfter(moment)) {
            next[i]++;
          }
          values.add(next[i] == 0 ? "no data" : text(points.get(next[i] - 1).value()));
        }
        if (!values.equals(last)) {
          rows.add(new Row(moment, List.copyOf(values)));
          last = values;
        }
      }
      return rows.reversed().subList(0, Math.min(TABLE_ROWS, rows.size()));
    }
  }

  /** The next of 1, 2, 5 times a power of ten; for bytes within each unit. */
  static double round(double least, Axis axis) {
    double unit = 1;
    if (axis.base() == 1024) {
      unit = Math.pow(1024, Math.max(0, Math.floor(Math.log(least * 4) / Math.log(1024))));
    }
    double power = Math.pow(10, Math.floor(Math.log10(least / unit)));
    double step = power * 10;
    for (double times : new double[] {5, 2, 1}) {
      if (power * times >= least / unit * 0.9999) {
        step = power * times;
      }
    }
    return axis.whole() ? Math.max(1, Math.rint(step)) : step * unit;
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
