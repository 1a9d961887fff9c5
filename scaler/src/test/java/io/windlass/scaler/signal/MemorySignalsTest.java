package io.windlass.scaler.signal;

import io.windlass.scaler.fleet.FleetId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

class MemorySignalsTest extends SignalSourceContract {
  private static final FleetId FLEET = FleetId.parse("acme/shop/production/web");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

  private final MemorySignals signals = new MemorySignals();

  @BeforeEach
  void one_replica_is_busy() {
    signals.set(FLEET, new Signal.Cpu(), Map.of("web-1", 0.5), NOW);
  }

  @Override
  protected SignalSource source() {
    return signals;
  }

  @Override
  protected SignalQuery known() {
    return SignalQuery.of(FLEET, new Signal.Cpu(), Duration.ofSeconds(30));
  }

  @Override
  protected void cutOff() {
    signals.lose(FLEET, new Signal.Cpu(), "the test cut it off");
  }

  @Override
  protected Instant now() {
    return NOW;
  }
}
