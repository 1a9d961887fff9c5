package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.pipeline.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindingTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Check.Bound NOT_WORSE = new Check.Bound.NotWorse(0.2, true);

  private static Check check(Check.Measure measure, Check.Bound bound) {
    return new Check(
        measure, "web", bound, Duration.ofSeconds(30), Duration.ofMinutes(1), 3, Check.NoData.HOLD);
  }

  private static Check check(Check.Kind kind, Check.Bound bound) {
    return check(new Check.Measure.BuiltIn(kind, 50), bound);
  }

  private static Measured measured(double value, double requests, Optional<Double> before) {
    return new Measured(Optional.of(value), Optional.of(requests), before, Optional.empty());
  }

  private static Judged judged(Check check, Measured measured) {
    return Judged.of(check, measured, measured.before());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // min | max | value | verdict | words
        "      | 0.01 | 0.004 | PASS | 0.4%, at most 1%",
        "      | 0.01 | 0.042 | FAIL | 4.2%, more than 1%",
        " 0.1  |      | 0.05  | FAIL | 5%, less than 10%",
        " 0.1  | 0.3  | 0.2   | PASS | 20%, at most 30%, at least 10%",
      })
  void aFixedBoundIsKeptOrNot(Double min, Double max, double value, Verdict verdict, String words) {
    var bound = new Check.Bound.Within(Optional.ofNullable(min), Optional.ofNullable(max));

    Judged judged =
        judged(check(Check.Kind.ERROR_RATE, bound), measured(value, 1000, Optional.empty()));

    assertThat(judged).isEqualTo(new Judged(verdict, words));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // before | value | higher is worse | verdict
        " 0.1   | 0.119  | true  | PASS",
        " 0.1   | 0.121  | true  | FAIL",
        " 0.1   | 0.01   | true  | PASS",
        " 100   | 81     | false | PASS",
        " 100   | 79     | false | FAIL",
        " -10   | -11    | true  | PASS",
        " -10   | -7     | true  | FAIL",
      })
  void theOlderReleaseIsComparedWith(double before, double value, boolean higher, Verdict verdict) {
    Check query = check(new Check.Measure.Query("up"), new Check.Bound.NotWorse(0.2, higher));

    assertThat(judged(query, measured(value, 0, Optional.of(before))).verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // errors before, of a thousand | errors now | of requests | verdict
        "0  | 2  | 100  | PASS",
        "0  | 3  | 100  | FAIL",
        "10 | 2  | 100  | PASS",
        "10 | 4  | 100  | FAIL",
        "10 | 18 | 1000 | PASS",
        "10 | 20 | 1000 | FAIL",
      })
  void aFewErrorsMoreAreChance(int before, int errors, int requests, Verdict verdict) {
    Measured measured =
        measured((double) errors / requests, requests, Optional.of(before / 1000.0));

    assertThat(judged(check(Check.Kind.ERROR_RATE, NOT_WORSE), measured).verdict())
        .isEqualTo(verdict);
  }

  @Test
  void fewRequestsAreNoData() {
    assertThat(judged(check(Check.Kind.LATENCY, NOT_WORSE), measured(9, 49.9, Optional.of(0.1))))
        .isEqualTo(new Judged(Verdict.NO_DATA, "49 requests, fewer than 50"));
  }

  @Test
  void nothingToCompareWithIsNoData() {
    assertThat(judged(check(Check.Kind.LATENCY, NOT_WORSE), measured(0.25, 100, Optional.empty())))
        .isEqualTo(
            new Judged(
                Verdict.NO_DATA, "250ms, and nothing to compare with that rests on 50 requests"));
  }

  @Test
  void whatRanBeforeIsRememberedWhenItGetsNoRequestsAnyMore() {
    Check latency = check(Check.Kind.LATENCY, NOT_WORSE);
    Finding before =
        Finding.NONE.after(
            latency, Measured.nothing("it does not run yet", Optional.of(0.1)), false, NOW);

    Finding after = before.after(latency, measured(0.3, 100, Optional.empty()), true, NOW);

    assertThat(after.verdict()).contains(Verdict.FAIL);
    assertThat(after.words()).isEqualTo("300ms, 100ms before");
  }

  @Test
  void onlyFailuresInARowCondemn() {
    Check latency = check(Check.Kind.LATENCY, NOT_WORSE);
    Measured bad = measured(0.3, 100, Optional.of(0.1));
    Measured none = Measured.nothing("nobody came", Optional.empty());
    Finding finding = Finding.NONE;
    for (Measured each : new Measured[] {bad, bad, none}) {
      finding = finding.after(latency, each, true, NOW);
    }
    assertThat(finding.condemns(latency)).isFalse();
    assertThat(finding.after(latency, bad, true, NOW).condemns(latency))
        .as("no data neither counts nor forgives")
        .isTrue();
    assertThat(
            finding
                .after(latency, measured(0.1, 100, Optional.of(0.1)), true, NOW)
                .after(latency, bad, true, NOW)
                .failures())
        .isEqualTo(1);
  }
}
