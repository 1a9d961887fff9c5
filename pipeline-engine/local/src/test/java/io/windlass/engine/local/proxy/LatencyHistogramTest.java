package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 8, 9, 15, 16, 100, 1_000, 123_456, 5_000_000, 134_217_727})
  void aBucketEndsAtMostAnEighthAboveWhatIsInIt(long micros) {
    long upper = LatencyHistogram.upperMicros(LatencyHistogram.bucket(micros));

    assertThat(upper)
        .isGreaterThan(micros)
        .isLessThanOrEqualTo(micros + Math.max(1, micros / 8) + 1);
  }

  @Test
  void whatIsVeryLongCountsInTheLastBucket() {
    LatencyHistogram histogram = new LatencyHistogram();

    histogram.record(Duration.ofHours(3).toNanos());

    assertThat(histogram.snapshot().count()).isEqualTo(1);
    assertThat(histogram.snapshot().sum()).isEqualTo(Duration.ofHours(3));
  }

  @Test
  void quantilesAreAtMostAnEighthTooLarge() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    LatencyHistogram histogram = new LatencyHistogram();
    long[] micros = random.longs(10_000, 10, 2_000_000).sorted().toArray();
    Arrays.stream(micros).forEach(one -> histogram.record(one * 1_000));

    for (double share : new double[] {0.5, 0.9, 0.99, 1}) {
      long exact = micros[(int) Math.ceil(share * micros.length) - 1];
      long told = histogram.snapshot().quantile(share).orElseThrow().toNanos() / 1_000;
      assertThat(told)
          .as("quantile %s of seed %s", share, seed)
          .isBetween(exact, exact + exact / 8 + 2);
    }
  }

  @Test
  void nothingMeasuredHasNoQuantile() {
    assertThat(new LatencyHistogram().snapshot().quantile(0.5)).isEmpty();
  }

  @Test
  void whatLiesWithinABoundIsCounted() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(Duration.ofMillis(1).toNanos());
    histogram.record(Duration.ofMillis(100).toNanos());

    assertThat(histogram.snapshot().within(Duration.ofMillis(10))).isEqualTo(1);
    assertThat(histogram.snapshot().within(Duration.ofSeconds(10))).isEqualTo(2);
  }
}
