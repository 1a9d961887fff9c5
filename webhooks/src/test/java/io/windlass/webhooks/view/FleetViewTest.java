package io.windlass.webhooks.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.control.Holds;
import io.windlass.scaler.control.Limits;
import io.windlass.scaler.control.MemoryDecisionLog;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.MemorySignals;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetViewTest {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

  /** A fleet of three that its policy lets have two. */
  private static FleetView view(Scaling scaling) {
    try (var loop =
        new ScalerLoop(
            new MemorySignals(), new MemoryDecisionLog(), new Holds(), _ -> {}, Limits.STANDARD)) {
      loop.bind(new MemoryFleet(WEB, 3, () -> NOW), scaling);
      loop.tick(NOW);
      return FleetView.of(WEB, loop.latest(WEB), Optional.empty());
    }
  }

  @Test
  void anObservedFleetIsShownWithTheSizeThatItHasAndWhatItWouldHave() {
    FleetView view = view(Scaling.fixed(2).observing());

    assertThat(view.observed()).isTrue();
    assertThat(view.wanted()).isEqualTo(3);
    assertThat(view.sentence().orElseThrow()).startsWith("Would shrink from 3 to 2 replicas");
    assertThat(view.moving()).isFalse();
  }

  @Test
  void anotherIsShownWithTheSizeThatWasSet() {
    FleetView view = view(Scaling.fixed(2));

    assertThat(view.observed()).isFalse();
    assertThat(view.wanted()).isEqualTo(2);
  }
}
