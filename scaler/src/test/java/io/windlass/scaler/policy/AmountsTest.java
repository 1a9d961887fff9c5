package io.windlass.scaler.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.signal.Signal;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0.6, 60%",
    "0.923, 92.3%",
    "0.00512, 0.51%",
    "0, 0%",
    "1.5, 150%",
    "0.1234567, 12.3%"
  })
  void writes_cpu_as_a_share(double value, String expected) {
    assertThat(Amounts.of(new Signal.Cpu(), value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0B/s",
    "1023, 1023B/s",
    "1536, 1.5KiB/s",
    "41943040, 40MiB/s",
    "1e20, 90949470TiB/s"
  })
  void writes_a_network_rate_with_its_unit(double value, String expected) {
    assertThat(Amounts.of(new Signal.NetworkIn(), value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.25S, 250ms",
    "PT90S, 1m30s",
    "PT1H30M, 1h30m",
    "PT36H, 36h",
    "PT-5S, -5s",
    "PT1.5S, 1s"
  })
  void writes_a_duration_as_users_do(Duration duration, String expected) {
    assertThat(Amounts.duration(duration)).isEqualTo(expected);
  }
}
