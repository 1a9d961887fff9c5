package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * A verdict with its reason, {@code 4.2%, more than 1%}. A function of what was measured and
 * nothing else.
 */
record Judged(Verdict verdict, String words) {
  /** Standard deviations that a number of errors may lie above what was to be expected. */
  private static final double CHANCE = 2;

  private static final MathContext DIGITS = new MathContext(3);

  /**
   * Judges one look.
   *
   * @param before what the release before has, or had when it was measured last
   */
  static Judged of(Check check, Measured measured, Optional<Double> before) {
    if (measured.value().isEmpty()) {
      return noData(measured.missing().orElse("nothing was measured"));
    }
    double value = measured.value().get();
    if (check.measure() instanceof Check.Measure.BuiltIn(var _, var atLeast)) {
      double requests = measured.requests().orElse(0.0);
      if (requests < atLeast) {
        return noData("%.0f requests, fewer than %d".formatted(Math.floor(requests), atLeast));
      }
    }
    return switch (check.bound()) {
      case Check.Bound.Within(var min, var max) -> within(check, value, min, max);
      case Check.Bound.NotWorse notWorse ->
          before.isEmpty()
              ? noData(text(check, value) + ", and nothing to compare with" + enough(check))
              : compared(check, notWorse, value, before.get(), measured.requests());
    };
  }

  private static String enough(Check check) {
    return switch (check.measure()) {
      case Check.Measure.Query _ -> "";
      case Check.Measure.BuiltIn(var _, var atLeast) -> " that rests on " + atLeast + " requests";
    };
  }

  private static Judged noData(String why) {
    return new Judged(Verdict.NO_DATA, why);
  }

  private static Judged within(
      Check check, double value, Optional<Double> min, Optional<Double> max) {
    String is = text(check, value);
    if (max.isPresent() && value > max.get()) {
      return new Judged(Verdict.FAIL, is + ", more than " + text(check, max.get()));
    }
    if (min.isPresent() && value < min.get()) {
      return new Judged(Verdict.FAIL, is + ", less than " + text(check, min.get()));
    }
    return new Judged(
        Verdict.PASS,
        is
            + max.map(most -> ", at most " + text(check, most)).orElse("")
            + min.map(least -> ", at least " + text(check, least)).orElse(""));
  }

  private static Judged compared(
      Check check,
      Check.Bound.NotWorse bound,
      double value,
      double before,
      Optional<Double> requests) {
    double allowed = before + (bound.higher() ? 1 : -1) * Math.abs(before) * bound.by();
    boolean worse = bound.higher() ? value > allowed : value < allowed;
    String words = text(check, value) + ", " + text(check, before) + " before";
    if (!worse) {
      return new Judged(Verdict.PASS, words);
    }
    if (requests.isPresent() && isChance(check, value, allowed, requests.get())) {
      return new Judged(Verdict.PASS, words + "; so few errors may be chance");
    }
    return new Judged(Verdict.FAIL, words);
  }

  /**
   * Errors are counted things: of so many requests their number strays from what is to be expected
   * by its square root (Poisson). Where hardly any is expected, two are chance.
   */
  private static boolean isChance(Check check, double rate, double allowed, double requests) {
    boolean counted =
        check.measure() instanceof Check.Measure.BuiltIn(var kind, var _)
            && kind == Check.Kind.ERROR_RATE;
    double expected = allowed * requests;
    return counted && rate * requests <= expected + CHANCE * Math.sqrt(Math.max(1, expected));
  }

  /** In the unit of what is measured. */
  private static String text(Check check, double value) {
    return switch (check.measure()) {
      case Check.Measure.BuiltIn(var kind, var _) ->
          switch (kind) {
            case ERROR_RATE -> number(value * 100) + "%";
            case LATENCY, CPU_PER_REQUEST -> number(value * 1000) + "ms";
          };
      case Check.Measure.Query query -> number(value);
    };
  }

  private static String number(double value) {
    return new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
  }
}
