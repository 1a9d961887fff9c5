package io.windlass.scaler.syntax;

import io.windlass.scaler.syntax.Node.Kind;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Node.Sequence;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads one value of a known form. Where the value has another form there is a problem, and the
 * result is empty.
 */
public final class Values {

  private static final int SHOWN = 60;

  private Values() {}

  /** Text. A number or a boolean is a mistake: {@code 1.10} would silently become 1.1 elsewhere. */
  public static Optional<String> text(Node node, String path, Problems problems) {
    if (node instanceof Scalar s && s.kind() == Kind.TEXT) {
      return Optional.of(s.text());
    }
    boolean quotable = node instanceof Scalar s && s.kind() != Kind.NOTHING;
    problems.wrong(node, path, quotable ? "text; put it in quotes" : "text");
    return Optional.empty();
  }

  /** Text, or a number or boolean taken exactly as it is written; for environment variables. */
  public static Optional<String> asWritten(Node node, String path, Problems problems) {
    if (node instanceof Scalar s && s.kind() != Kind.NOTHING) {
      return Optional.of(s.text());
    }
    problems.wrong(node, path, "text, a number, true or false");
    return Optional.empty();
  }

  /** One of the allowed words. */
  public static Optional<String> word(
      Node node, String path, Collection<String> allowed, Problems problems) {
    Optional<String> word =
        node instanceof Scalar s
            ? Optional.of(s.text()).filter(allowed::contains)
            : Optional.empty();
    if (word.isEmpty()) {
      problems.notOneOf(node, path, allowed);
    }
    return word;
  }

  public static Optional<Boolean> flag(Node node, String path, Problems problems) {
    if (node instanceof Scalar s && s.kind() == Kind.FLAG) {
      return Optional.of(s.text().equalsIgnoreCase("true"));
    }
    problems.wrong(node, path, "true or false");
    return Optional.empty();
  }

  /** A whole number between {@code min} and {@code max}, both included. */
  public static Optional<Integer> integer(
      Node node, String path, int min, int max, Problems problems) {
    if (node instanceof Scalar s && s.kind() == Kind.INTEGER && s.text().length() <= 12) {
      BigInteger value = whole(s.text());
      if (value.compareTo(BigInteger.valueOf(min)) >= 0
          && value.compareTo(BigInteger.valueOf(max)) <= 0) {
        return Optional.of(value.intValueExact());
      }
    }
    problems.wrong(node, path, "a whole number from " + min + " to " + max);
    return Optional.empty();
  }

  /** A number, whole or not. */
  public static Optional<Double> number(Node node, String path, Problems problems) {
    if (node instanceof Scalar s) {
      if (s.kind() == Kind.INTEGER && s.text().length() <= 18) {
        return Optional.of(whole(s.text()).doubleValue());
      }
      if (s.kind() == Kind.NUMBER && !s.text().matches("(?i).*(inf|nan)")) {
        return Optional.of(Double.parseDouble(s.text()));
      }
    }
    problems.wrong(node, path, "a number");
    return Optional.empty();
  }

  public static Optional<Duration> duration(
      Node node, String path, Duration min, Duration max, Problems problems) {
    Optional<Duration> value = unit(node, Units::duration);
    if (value.isEmpty()) {
      problems.wrong(node, path, "a duration such as 30s, 10m or 1h30m");
    } else if (value.get().compareTo(min) < 0 || value.get().compareTo(max) > 0) {
      problems.wrong(node, path, "a duration from " + Units.text(min) + " to " + Units.text(max));
      return Optional.empty();
    }
    return value;
  }

  /** A share such as 60%, as 0.6. */
  public static Optional<Double> share(Node node, String path, Problems problems) {
    return orWrong(unit(node, Units::share), node, path, "a share such as 60%", problems);
  }

  /** Bytes. */
  public static Optional<Long> bytes(Node node, String path, Problems problems) {
    return orWrong(unit(node, Units::bytes), node, path, "a size such as 512Mi", problems);
  }

  /** Bytes a second. */
  public static Optional<Long> rate(Node node, String path, Problems problems) {
    return orWrong(unit(node, Units::rate), node, path, "a rate such as 40MiB/s", problems);
  }

  /** Thousandths of a core. */
  public static Optional<Integer> millicores(Node node, String path, Problems problems) {
    return orWrong(
        unit(node, Units::millicores), node, path, "CPU such as 500m, 0.5 or 2", problems);
  }

  public static Optional<ZoneId> zone(Node node, String path, Problems problems) {
    if (node instanceof Scalar s && s.kind() == Kind.TEXT) {
      try {
        return Optional.of(ZoneId.of(s.text()));
      } catch (DateTimeException e) {
        problems.add(
            new Problem(
                node.at(),
                path,
                "found " + describe(node),
                "a time zone such as Europe/Paris or UTC",
                Nearest.of(s.text(), ZoneId.getAvailableZoneIds().stream().sorted().toList())));
        return Optional.empty();
      }
    }
    problems.wrong(node, path, "a time zone such as Europe/Paris or UTC");
    return Optional.empty();
  }

  /** The form that reads one item of a list. */
  @FunctionalInterface
  public interface Form<T> {
    Optional<T> read(Node node, String path, Problems problems);
  }

  /** A list whose items all have one form; the good items where some are wrong. */
  public static <T> List<T> list(Node node, String path, Form<T> form, Problems problems) {
    if (!(node instanceof Sequence s)) {
      problems.wrong(node, path, "a list");
      return List.of();
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < s.items().size(); i++) {
      form.read(s.items().get(i), path + "[" + i + "]", problems).ifPresent(items::add);
    }
    return List.copyOf(items);
  }

  /** How a message speaks of a value: short, on one line, without control characters. */
  public static String describe(Node node) {
    return switch (node) {
      case Scalar s ->
          switch (s.kind()) {
            case NOTHING -> "nothing";
            case FLAG -> printable(s.text());
            case INTEGER, NUMBER -> "the number " + printable(s.text());
            case TEXT -> '"' + printable(s.text()) + '"';
          };
      case Sequence s -> "a list";
      case Mapping m -> "a mapping";
    };
  }

  /** At most 60 characters, control characters and line ends replaced. */
  public static String printable(String text) {
    String clean = text.replaceAll("[\\p{Cntrl}\\p{Cf}\u2028\u2029]+", " ").strip();
    if (clean.codePointCount(0, clean.length()) <= SHOWN) {
      return clean;
    }
    return clean.substring(0, clean.offsetByCodePoints(0, SHOWN)) + "…";
  }

  private static <T> Optional<T> unit(Node node, Function<String, Optional<T>> form) {
    return node instanceof Scalar s ? form.apply(s.text()) : Optional.empty();
  }

  private static <T> Optional<T> orWrong(
      Optional<T> value, Node node, String path, String expected, Problems problems) {
    if (value.isEmpty()) {
      problems.wrong(node, path, expected);
    }
    return value;
  }

  private static BigInteger whole(String text) {
    if (text.startsWith("0x")) {
      return new BigInteger(text.substring(2), 16);
    }
    return text.startsWith("0o") ? new BigInteger(text.substring(2), 8) : new BigInteger(text);
  }
}
