package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.source.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UpkeepTest {
  private static final Instant START = Instant.parse("2026-03-02T07:20:00Z");

  private static List<Integer> hours(String name) {
    return IntStream.range(0, 48)
        .filter(hour -> Upkeep.dueIn(RepositoryName.of(name), START.plus(Duration.ofHours(hour))))
        .boxed()
        .toList();
  }

  @Test
  void everyMirrorIsPackedOnceADayAndNotAllInTheSameHour() {
    List<Integer> shop = hours("acme/shop");

    assertThat(shop).hasSize(2);
    assertThat(shop.getLast() - shop.getFirst()).isEqualTo(24);
    assertThat(IntStream.range(0, 100).mapToObj(i -> hours("acme/shop-" + i)).distinct())
        .hasSizeGreaterThan(12);
  }

  @Test
  void whatIsOverStaysAsLongAsItsTimelines() {
    Duration month = Duration.ofDays(30);
    Duration year = Duration.ofDays(365);

    assertThat(Upkeep.longer(year, month)).isEqualTo(year);
    assertThat(Upkeep.longer(month, year)).isEqualTo(year);
  }
}
