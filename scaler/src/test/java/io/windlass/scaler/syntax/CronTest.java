package io.windlass.scaler.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronTest {

  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # 2026-11-21 is a Saturday
          0 3 * * *       | 2026-11-21T12:00 | 2026-11-22T03:00
          */15 * * * *    | 2026-11-21T12:00 | 2026-11-21T12:15
          30 8 * * 1-5    | 2026-11-21T12:00 | 2026-11-23T08:30
          0 0 * * 0       | 2026-11-21T12:00 | 2026-11-22T00:00
          0 0 * * 7       | 2026-11-21T12:00 | 2026-11-22T00:00
          0 0 * * SUN     | 2026-11-21T12:00 | 2026-11-22T00:00
          0 0 * * fri-sun | 2026-11-22T12:00 | 2026-11-27T00:00
          0 0 13 * 5      | 2026-11-21T12:00 | 2026-11-27T00:00
          0 0 13 * 5      | 2026-11-28T12:00 | 2026-12-04T00:00
          0 0 1 * *       | 2026-11-21T12:00 | 2026-12-01T00:00
          0 0 */10 * 1    | 2026-11-21T12:00 | 2026-12-21T00:00
          0 12 29 feb *   | 2026-11-21T12:00 | 2028-02-29T12:00
          0 0 31 * *      | 2026-11-21T12:00 | 2026-12-31T00:00
          5,10 9-17/4 * * * | 2026-11-21T13:05 | 2026-11-21T13:10
          59 23 31 12 *   | 2026-12-31T23:59 | 2027-12-31T23:59
          """)
  void findsTheNextTime(String cron, LocalDateTime after, LocalDateTime expected) {
    var next = Cron.of(cron).next(after.atZone(PARIS).toInstant(), PARIS).orElseThrow();

    assertThat(LocalDateTime.ofInstant(next, PARIS)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * *       | 4 fields
          0 * * * * *   | 6 fields
          @daily        | names such as @daily
          60 * * * *    | "60" as minute (0 to 59)
          * 24 * * *    | "24" as hour
          * * 0 * *     | "0" as day of month
          * * * 13 *    | "13" as month
          * * * * 8     | "8" as day of week
          * * * * mo    | "mo" as day of week
          5/15 * * * *  | a step needs * or a range
          */0 * * * *   | a step is at least 1
          20-10 * * * * | a range goes upwards
          * * L * *     | "L" as day of month
          * * ? * *     | "?" as day of month
          1,,2 * * * *  | "" as minute
          0 0 30 2 *    | a date that never comes
          """)
  void whatIsNotTheFiveFieldFormIsRefused(String cron, String why) {
    assertThatThrownBy(() -> Cron.of(cron))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aFixedTimeThatTheClockJumpsOverFiresAfterTheJump() {
    // 2026-03-29, 02:00 becomes 03:00
    assertThat(times("30 2 * * *", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
  }

  @Test
  void aFixedTimeThatTheClockShowsTwiceFiresOnce() {
    // 2026-10-25, 03:00 becomes 02:00
    assertThat(times("30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
  }

  @ParameterizedTest
  @CsvSource({"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"})
  void anIntervalFollowsTheTimeThatPasses(Instant start) {
    var cron = Cron.of("*/20 * * * *");
    Instant at = start;
    for (int i = 0; i < 12; i++) {
      Instant next = cron.next(at, PARIS).orElseThrow();
      assertThat(next).isEqualTo(at.plus(Duration.ofMinutes(20)));
      at = next;
    }
  }

  @Test
  void aWindowIsOpenFromItsStartUntilItsLengthHasPassed() {
    var cron = Cron.of("30 8 * * 1-5");
    var length = Duration.ofHours(10);
    Instant start = Instant.parse("2026-11-23T07:30:00Z");

    assertThat(cron.openSince(start.minusMillis(1), PARIS, length)).isEmpty();
    assertThat(cron.openSince(start, PARIS, length)).contains(start);
    assertThat(cron.openSince(start.plus(length).minusMillis(1), PARIS, length)).contains(start);
    assertThat(cron.openSince(start.plus(length), PARIS, length)).isEmpty();
  }

  @Test
  void aMistakeInAFileIsAProblemWithItsPlace() {
    var problems = new Problems();
    var node = Yaml.read(new Source("w.yaml", "cron: \"0 25 * * *\""), problems).orElseThrow();

    Fields.of(node, "", problems).orElseThrow().value("cron", Cron::read);

    assertThat(problems.toString())
        .isEqualTo(
            "w.yaml:1:7: cron: found \"0 25 * * *\", which has \"25\" as hour (0 to 23), expected"
                + " minute hour day-of-month month day-of-week, such as \"30 8 * * 1-5\"");
  }

  private static List<String> times(String cron, String after, int count) {
    List<String> out = new ArrayList<>();
    Instant at = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      at = Cron.of(cron).next(at, PARIS).orElseThrow();
      out.add(at.toString());
    }
    return out;
  }
}
