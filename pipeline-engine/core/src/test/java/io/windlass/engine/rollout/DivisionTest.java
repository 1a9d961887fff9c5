package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.scaler.fleet.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DivisionTest {
  @ParameterizedTest
  @CsvSource({
    // total, percent, of the release, of what ran before
    "10, 10, 1, 9",
    "10, 25, 3, 8",
    "10, 99, 10, 1",
    "30, 10, 3, 27",
    "3, 50, 2, 2",
    "2, 10, 1, 2",
    "1, 10, 1, 1",
    "1, 90, 1, 1",
    "0, 50, 0, 0",
  })
  void aCanaryGivesBothNoFewerReplicasThanTheirShareOfTheTotal(
      int total, int percent, int release, int before) {
    Division part = new Division.Part(Share.percent(percent));

    assertThat(part.ofRelease(total)).isEqualTo(release);
    assertThat(part.ofBefore(total)).isEqualTo(before);
    assertThat(part.requests()).contains(Share.percent(percent));
  }

  @Test
  void blueGreenHasTheTotalTwiceAndSendsAllRequestsOneWay() {
    Division standby = new Division.Beside(false);

    assertThat(standby.ofRelease(4)).isEqualTo(4);
    assertThat(standby.ofBefore(4)).isEqualTo(4);
    assertThat(standby.requests()).contains(Share.NONE);
    assertThat(new Division.Beside(true).requests()).contains(Share.ALL);
  }

  @Test
  void replacingLeavesNothingAndLetsRequestsFollowReadiness() {
    assertThat(new Division.Replace().ofRelease(4)).isEqualTo(4);
    assertThat(new Division.Replace().ofBefore(4)).isZero();
    assertThat(new Division.Replace().requests()).isEmpty();
  }

  @Test
  void aCanaryOfNothingOrAllIsRefused() {
    assertThatThrownBy(() -> new Division.Part(Share.NONE)).hasMessageContaining("0%");
    assertThatThrownBy(() -> new Division.Part(Share.ALL)).hasMessageContaining("100%");
  }
}
