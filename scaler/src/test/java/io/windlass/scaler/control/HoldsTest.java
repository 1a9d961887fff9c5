package io.windlass.scaler.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Hold;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HoldsTest {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final FleetId WORKER = FleetId.parse("acme/shop/production/worker");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

  private final Holds holds = new Holds();

  @Test
  void holds_one_fleet_until_it_expires() {
    Hold hold = hold("rollout 7", 60);
    holds.hold(hold);

    assertThat(holds.active(WEB, NOW.plusSeconds(59))).containsExactly(hold);
    assertThat(holds.active(WORKER, NOW)).isEmpty();
    assertThat(holds.active(WEB, NOW.plusSeconds(60))).isEmpty();
  }

  @Test
  void is_renewed_by_its_owner() {
    holds.hold(hold("rollout 7", 60));
    Hold renewed = hold("rollout 7", 120);
    holds.hold(renewed);

    assertThat(holds.active(WEB, NOW.plusSeconds(90))).containsExactly(renewed);
  }

  @Test
  void is_released_by_its_owner_alone() {
    Hold other = hold("pause", 60);
    holds.hold(hold("rollout 7", 60));
    holds.hold(other);

    holds.release("rollout 7", WEB);
    holds.release("pause", WORKER);

    assertThat(holds.active(WEB, NOW)).containsExactly(other);
  }

  private static Hold hold(String owner, int seconds) {
    return new Hold(owner, WEB, "a reason", NOW.plusSeconds(seconds));
  }
}
