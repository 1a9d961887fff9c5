package io.windlass.webhooks.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.RunId;
import io.windlass.scaler.fleet.FleetId;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "-5, now",
    "0, now",
    "1, 1 s ago",
    "59, 59 s ago",
    "60, 1 min ago",
    "3599, 59 min ago",
    "3600, 1 h ago",
    "86399, 23 h ago",
    "86400, 1 day ago",
    "172800, 2 days ago",
  })
  void anAgeIsSaidInItsLargestUnit(long seconds, String words) {
    assertThat(Words.ago(NOW.minusSeconds(seconds), NOW)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "refs/heads/main, main",
    "refs/heads/release/1.2, release/1.2",
    "refs/tags/v1, tag v1",
    "refs/pull/7/head, pull request 7",
    "refs/other/x, refs/other/x",
  })
  void aRefIsSaidAsPeopleSayIt(String ref, String words) {
    assertThat(Words.ref(ref)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "4812330, 4.6 MiB",
    "9223372036854775807, 8.0 EiB"
  })
  void bytesAreSaidInBinaryUnits(long bytes, String words) {
    assertThat(Words.bytes(bytes)).isEqualTo(words);
  }

  @Test
  void anEventsNameIsSaidInWords() {
    assertThat(Words.event("StepEnded")).isEqualTo("step ended");
  }

  @Test
  void whateverANameHoldsItsAddressStaysInItsPlace() {
    assertThat(Addresses.step(new RunId("acme/shop", 7), "../../x?y#z\"<"))
        .isEqualTo("/runs/acme/shop/7/steps/..%2F..%2Fx%3Fy%23z%22%3C");
    assertThat(Addresses.fleet(new FleetId("acme/shop/production", "a b")))
        .isEqualTo("/fleets/acme/shop/production/a%20b");
  }
}
