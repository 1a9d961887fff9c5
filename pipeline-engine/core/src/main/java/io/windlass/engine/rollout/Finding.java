package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known by one check of the release that rolls out.
 *
 * @param verdict of the last look; empty before the first
 * @param words the verdict's reason with its figures
 * @param before the last value of what ran before: it is still compared with when that gets no
 *     requests any more
 * @param failures looks in a row that found the release bad
 * @param at when it was looked at last
 */
public record Finding(
    Optional<Verdict> verdict,
    String words,
    Optional<Double> value,
    Optional<Double> before,
    int failures,
    Optional<Instant> at) {
  /** How much later than it is due a look may come. */
  private static final Duration LATE = Duration.ofSeconds(10);

  static final Finding NONE =
      new Finding(
          Optional.empty(),
          "not looked at yet",
          Optional.empty(),
          Optional.empty(),
          0,
          Optional.empty());

  /**
   * What is known after another look.
   *
   * @param expected whether there has to be data: requests reach the release, and for a while
   */
  Finding after(Check check, Measured measured, boolean expected, Instant now) {
    Optional<Double> base = measured.before().or(() -> before);
    Judged judged = Judged.of(check, measured, base);
    int streak =
        switch (judged.verdict()) {
          case PASS -> 0;
          case FAIL -> failures + 1;
          case NO_DATA ->
              switch (check.noData()) {
                case PASS -> 0;
                case HOLD -> failures;
                case FAIL -> expected ? failures + 1 : failures;
              };
        };
    return new Finding(
        Optional.of(judged.verdict()),
        judged.words(),
        measured.value(),
        base,
        streak,
        Optional.of(now));
  }

  /** Whether the release is found bad for good. */
  boolean condemns(Check check) {
    return failures >= check.failures();
  }

  /**
   * Whether a stage may end for this check.
   *
   * @param served whether requests reach the release: where none do, no data says nothing
   * @param since when the stage's division was reached; what was seen before does not count
   * @param now what was seen long before this does not count either: the server may have been away
   */
  boolean content(Check check, boolean served, Instant since, Instant now) {
    Instant young = now.minus(check.every().multipliedBy(2)).minus(LATE);
    boolean seen = at.filter(when -> !when.isBefore(since) && !when.isBefore(young)).isPresent();
    return seen
        && switch (verdict.orElse(Verdict.NO_DATA)) {
          case PASS -> true;
          case FAIL -> false;
          case NO_DATA -> !served || check.noData() == Check.NoData.PASS;
        };
  }
}
