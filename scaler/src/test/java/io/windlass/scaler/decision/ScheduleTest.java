package io.windlass.scaler.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Window;
import io.windlass.scaler.syntax.Cron;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
  private static final Window OFFICE =
      new Window(
          Cron.of("30 8 * * 1-5"),
          PARIS,
          Duration.ofHours(10),
          OptionalInt.of(6),
          OptionalInt.empty());

  @ParameterizedTest
  @CsvSource({
    "2026-03-02T07:29:59Z, 2", // Monday, a second before half past eight in Paris
    "2026-03-02T07:30:00Z, 6",
    "2026-03-02T17:29:59Z, 6",
    "2026-03-02T17:30:00Z, 2",
    "2026-03-01T10:00:00Z, 2", // Sunday
    "2026-07-06T06:30:00Z, 6" // summer time
  })
  void raises_the_floor_while_a_window_is_open(String at, int expected) {
    assertThat(sizeAt(at, 2, List.of(OFFICE))).isEqualTo(expected);
  }

  @Test
  void lowers_the_ceiling_while_a_window_is_open() {
    Window night = window("0 22 * * *", 8, OptionalInt.empty(), OptionalInt.of(3));

    assertThat(sizeAt("2026-03-02T23:00:00Z", 7, List.of(night))).isEqualTo(3);
    assertThat(sizeAt("2026-03-02T12:00:00Z", 7, List.of(night))).isEqualTo(7);
  }

  @Test
  void takes_the_highest_floor_and_the_lowest_ceiling_of_several() {
    List<Window> windows =
        List.of(
            window("0 9 * * *", 8, OptionalInt.of(3), OptionalInt.of(9)),
            window("0 10 * * *", 8, OptionalInt.of(5), OptionalInt.of(7)));

    assertThat(sizeAt("2026-03-02T12:00:00Z", 2, windows)).isEqualTo(5);
    assertThat(sizeAt("2026-03-02T12:00:00Z", 10, windows)).isEqualTo(7);
  }

  @Test
  void lets_the_floor_win_where_floor_and_ceiling_cross() {
    List<Window> windows =
        List.of(
            window("0 9 * * *", 8, OptionalInt.of(6), OptionalInt.empty()),
            window("0 9 * * *", 8, OptionalInt.empty(), OptionalInt.of(4)));

    assertThat(sizeAt("2026-03-02T12:00:00Z", 2, windows)).isEqualTo(6);
    assertThat(sizeAt("2026-03-02T12:00:00Z", 10, windows)).isEqualTo(6);
  }

  @Test
  void says_which_window_it_was() {
    Scene scene = new Scene(Scaling.of(1, 10).with(List.of(OFFICE)), 2);
    scene.now = Instant.parse("2026-03-02T08:00:00Z");

    assertThat(scene.decide().sentence())
        .isEqualTo(
            "Grows from 2 to 6 replicas: the window \"30 8 * * 1-5\" (Europe/Paris) asks for at least 6.");
  }

  private static Window window(String cron, int hours, OptionalInt min, OptionalInt max) {
    return new Window(Cron.of(cron), ZoneId.of("UTC"), Duration.ofHours(hours), min, max);
  }

  private static int sizeAt(String at, int size, List<Window> windows) {
    Scene scene = new Scene(Scaling.of(1, 10).with(windows), size);
    scene.now = Instant.parse(at);
    return scene.decide().result();
  }
}
