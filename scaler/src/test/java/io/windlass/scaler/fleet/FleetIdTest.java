package io.windlass.scaler.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetIdTest {
  @Test
  void reads_back_what_it_writes() {
    FleetId id = new FleetId("acme/shop/production", "web");

    assertThat(FleetId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "web", "/web", "acme/", "acme/shop/ "})
  void refuses_a_name_with_a_part_missing(String text) {
    assertThatThrownBy(() -> FleetId.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("acme/shop/production/web");
  }

  @ParameterizedTest
  @CsvSource({
    "10, 30, 3",
    "10, 3, 1",
    "50, 3, 2",
    "0, 7, 0",
    "100, 7, 7",
    "1, 1, 1",
    "33.3, 3, 1",
    "10, 0, 0"
  })
  void rounds_a_share_of_a_small_number_up(double percent, int total, int expected) {
    assertThat(Share.percent(percent).of(total)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"7, 7%", "14, 14%", "55, 55%", "0.5, 0.5%", "33.3, 33.3%", "100, 100%"})
  void shows_a_share_as_it_was_given(double percent, String shown) {
    assertThat(Share.percent(percent)).hasToString(shown);
  }
}
