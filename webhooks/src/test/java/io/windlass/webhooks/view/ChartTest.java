package io.windlass.webhooks.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.signal.Signal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
  private static final Instant START = Instant.parse("2026-03-02T09:00:00Z");
  private static final Chart.Axis COUNT =
      new Chart.Axis(value -> Long.toString(Math.round(value)), 10, true, Chart.Form.STEPS);
  private static final Chart.Axis SHARE =
      new Chart.Axis(value -> Amounts.of(new Signal.Cpu(), value), 10, false, Chart.Form.LINE);
  private static final Chart.Axis BYTES =
      new Chart.Axis(
          value -> Amounts.of(new Signal.NetworkIn(), value), 1024, false, Chart.Form.LINE);

  @Test
  void aSizeHoldsUntilItChanges() {
    Chart chart = chart(COUNT, OptionalDouble.empty(), 0, 4, 4);

    // From 0 at the left edge and the bottom, half way to the 4 of 5 rows, and on to the right
    // edge.
    assertThat(chart.curves().getFirst().path()).isEqualTo("M70 156h0H269V40.8H468V40.8");
    assertThat(chart.rows())
        .extracting(Chart.Tick::label)
        .containsExactly("0", "1", "2", "3", "4", "5");
  }

  @Test
  void aHoleInTheDataIsAHoleInTheCurve() {
    Chart chart = chart(SHARE, OptionalDouble.empty(), 0.5, Double.NaN, 0.5, 0.5);

    assertThat(chart.curves().getFirst().path().split("M", -1)).hasSize(3);
    assertThat(chart.curves().getFirst().path()).doesNotContain("NaN");
    assertThat(chart.table()).extracting(Chart.Row::values).contains(List.of("no data"));
  }

  @Test
  void theTargetIsAlwaysInsideTheDrawing() {
    Chart chart = chart(SHARE, OptionalDouble.of(0.6), 0.01, 0.02);

    Chart.Tick target = chart.target().orElseThrow();
    assertThat(target.label()).isEqualTo("60%");
    assertThat(target.at()).isBetween((double) Chart.TOP, Chart.HEIGHT - (double) Chart.BOTTOM);
  }

  @Test
  void oneMomentIsNoChart() {
    assertThat(Chart.of(List.of(series(1)), OptionalDouble.empty(), COUNT)).isEmpty();
    assertThat(Chart.of(List.of(), OptionalDouble.empty(), COUNT)).isEmpty();
  }

  @Test
  void aSeriesWithoutAnyDataIsDrawnAsNothing() {
    Chart chart = chart(SHARE, OptionalDouble.of(0.6), Double.NaN, Double.NaN);

    assertThat(chart.curves().getFirst().path()).isEmpty();
    assertThat(chart.summary()).contains("no data").contains("target 60%");
  }

  @Test
  void theTableHasTheMomentsAtWhichSomethingChangedNewestFirst() {
    Chart chart = chart(COUNT, OptionalDouble.empty(), 2, 2, 2, 3, 3);

    assertThat(chart.table())
        .containsExactly(
            new Chart.Row(START.plusSeconds(30), List.of("3")), new Chart.Row(START, List.of("2")));
  }

  @Test
  void theSummarySaysTheNewestValues() {
    assertThat(chart(COUNT, OptionalDouble.empty(), 2, 3).summary())
        .isEqualTo("web 3 at 09:00:10 UTC. The last 10s.");
  }

  @ParameterizedTest
  @CsvSource({"0.13, 0.2", "0.2, 0.2", "0.21, 0.5", "1.4, 2", "30, 50", "0.0004, 0.0005", "9, 10"})
  void roundNumbersAreOneTwoOrFiveTimesAPowerOfTen(double least, double step) {
    assertThat(Chart.round(least, SHARE)).isCloseTo(step, within(step / 1e6));
  }

  @ParameterizedTest
  @CsvSource({"0.3, 1", "1.5, 2", "3, 5"})
  void countsHaveNoParts(double least, double step) {
    assertThat(Chart.round(least, COUNT)).isEqualTo(step);
  }

  @Test
  void bytesAreRoundInTheirOwnUnit() {
    Chart chart = chart(BYTES, OptionalDouble.of(4 << 20), 100_000, 200_000);

    assertThat(chart.rows())
        .extracting(Chart.Tick::label)
        .containsExactly("0B/s", "1MiB/s", "2MiB/s", "3MiB/s", "4MiB/s", "5MiB/s");
  }

  @Test
  void momentsStandAtRoundTimesInsideTheDrawing() {
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < 180; i++) {
      points.add(new Chart.Point(START.plusSeconds(10L * i + 7), OptionalDouble.of(i)));
    }
    Chart chart =
        Chart.of(List.of(new Chart.Series("web", points)), OptionalDouble.empty(), COUNT)
            .orElseThrow();

    assertThat(chart.columns())
        .extracting(Chart.Tick::label)
        .containsExactly("09:05", "09:10", "09:15", "09:20", "09:25");
    assertThat(chart.columns()).extracting(Chart.Tick::at).isSorted();
  }

  private static Chart chart(Chart.Axis axis, OptionalDouble target, double... values) {
    return Chart.of(List.of(series(values)), target, axis).orElseThrow();
  }

  /** A value every ten seconds; NaN for none. */
  private static Chart.Series series(double... values) {
    List<Chart.Point> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      points.add(
          new Chart.Point(
              START.plusSeconds(10L * i),
              Double.isNaN(values[i]) ? OptionalDouble.empty() : OptionalDouble.of(values[i])));
    }
    return new Chart.Series("web", points);
  }
}
