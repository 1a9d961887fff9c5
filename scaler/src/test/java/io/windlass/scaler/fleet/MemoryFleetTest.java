package io.windlass.scaler.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.Replica.State;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class MemoryFleetTest extends FleetContract {
  private final MemoryFleet fleet =
      new MemoryFleet(
          FleetId.parse("acme/shop/production/web"),
          2,
          InstantSource.fixed(Instant.parse("2026-03-02T10:00:00Z")));

  @Override
  protected Fleet fleet() {
    return fleet;
  }

  @Override
  protected void cutOff() {
    fleet.breakWith("the test cut it off");
  }

  @Test
  void starts_what_is_new_and_keeps_what_serves() throws FleetException {
    fleet.resize(3, "a test");

    assertThat(fleet.state().count(State.READY)).isEqualTo(2);
    assertThat(fleet.state().count(State.STARTING)).isEqualTo(1);
  }

  @Test
  void lets_go_of_what_does_not_serve_first() throws FleetException {
    fleet.resize(3, "a test");
    fleet.resize(2, "a test");

    assertThat(fleet.state().count(State.READY)).isEqualTo(2);
  }

  @Test
  void tells_a_surge_from_the_wanted_total() throws FleetException {
    fleet.surge("2", 1);

    assertThat(fleet.state().wanted()).isEqualTo(2);
    assertThat(fleet.state().surge()).isEqualTo(1);
  }
}
