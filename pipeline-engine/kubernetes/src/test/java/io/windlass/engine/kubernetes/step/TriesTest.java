package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TriesTest {
  private static final Instant BEGUN = Instant.parse("2026-03-01T10:00:00Z");

  private final Tries tries = new Tries(Duration.ofMinutes(3));

  @Test
  void theFirstIsDueAtOnceAndNothingIsSaidOfIt() {
    assertThat(tries.isDue(BEGUN)).isTrue();
    assertThat(tries.left(BEGUN)).isZero();
    assertThat(tries.words("it is gone")).isEqualTo("it is gone");
  }

  @Test
  void pausesGrowUpToABoundAndItEndsWhenTheNextWouldComeTooLate() {
    List<Long> pauses = new ArrayList<>();
    Instant now = BEGUN;
    boolean more = true;
    while (more) {
      more = tries.failed("no answer", now, now);
      pauses.add(tries.left(now).toSeconds());
      now = now.plus(tries.left(now));
    }

    assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L, 30L, 30L);
    assertThat(tries.words("it is gone"))
        .isEqualTo(
            "it is gone; tried 10 times since 2026-03-01T10:00:00Z, for at most 3m: no answer");
  }

  @Test
  void theTimeCountsFromTheBeginningOfTheFirst() {
    assertThat(tries.failed("slow", BEGUN, BEGUN.plusSeconds(178))).isTrue();
    assertThat(tries.isDue(BEGUN.plusSeconds(178))).isFalse();
    assertThat(tries.isDue(BEGUN.plusSeconds(179))).isTrue();
    assertThat(tries.failed("slow", BEGUN.plusSeconds(179), BEGUN.plusSeconds(179))).isFalse();
  }
}
