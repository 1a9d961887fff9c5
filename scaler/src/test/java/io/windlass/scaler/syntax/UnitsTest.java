package io.windlass.scaler.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "10m, PT10M",
    "5s, PT5S",
    "1h30m, PT1H30M",
    "250ms, PT0.25S",
    "2d, P2D",
    "0s, PT0S",
    "90m, PT1H30M"
  })
  void durationsCarryTheirUnits(String text, Duration expected) {
    assertThat(Units.duration(text)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "m", "5s10m", "1.5h", "-5s", "5 s", "5S", "9999999999s"})
  void anythingElseIsNoDuration(String text) {
    assertThat(Units.duration(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"60%, 0.6", "0%, 0", "12.5%, 0.125", "150%, 1.5"})
  void sharesAreFractions(String text, double expected) {
    assertThat(Units.share(text)).contains(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "512Mi, 536870912",
    "40MiB, 41943040",
    "1.5Gi, 1610612736",
    "1k, 1000",
    "2GB, 2000000000",
    "7B, 7"
  })
  void sizesAreBytes(String text, long expected) {
    assertThat(Units.bytes(text)).contains(expected);
    assertThat(Units.rate(text + "/s")).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"512", "512m", "512mb", "-1Mi", "1 Mi", "Mi", "999999999999Ti"})
  void anythingElseIsNoSize(String text) {
    assertThat(Units.bytes(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"500m, 500", "2, 2000", "0.5, 500", "1.125, 1125"})
  void cpuIsThousandthsOfACore(String text, int expected) {
    assertThat(Units.millicores(text)).contains(expected);
  }
}
