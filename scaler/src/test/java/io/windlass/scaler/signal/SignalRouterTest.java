package io.windlass.scaler.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.fleet.FleetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignalRouterTest extends SignalSourceContract {
  private static final FleetId FLEET = FleetId.parse("acme/shop/production/web");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
  private static final SignalQuery CPU =
      SignalQuery.of(FLEET, new Signal.Cpu(), Duration.ofSeconds(30));
  private static final SignalQuery QUERY =
      SignalQuery.of(FLEET, new Signal.PromQl("sum(orders)"), Duration.ofSeconds(30));

  private final MemorySignals named = new MemorySignals();
  private final MemorySignals promQl = new MemorySignals();

  @BeforeEach
  void both_have_data() {
    named.set(FLEET, CPU.signal(), Map.of("web-1", 0.5), NOW);
    promQl.setTotal(FLEET, QUERY.signal(), 12, NOW);
  }

  @Override
  protected SignalSource source() {
    return SignalRouter.byKind(named, promQl);
  }

  @Override
  protected SignalQuery known() {
    return CPU;
  }

  @Override
  protected void cutOff() {
    named.lose(FLEET, CPU.signal(), "the test cut it off");
  }

  @Override
  protected Instant now() {
    return NOW;
  }

  @Test
  void asks_each_source_for_its_own_and_answers_in_order() {
    List<Reading> readings = source().read(List.of(QUERY, CPU, QUERY), NOW);

    assertThat(readings).extracting(Reading::query).containsExactly(QUERY, CPU, QUERY);
    assertThat(readings.get(0)).isInstanceOf(Reading.Total.class);
    assertThat(readings.get(1)).isInstanceOf(Reading.PerReplica.class);
  }

  @Test
  void gives_what_the_other_source_has_when_one_breaks_its_word() {
    SignalSource broken =
        (queries, now) -> {
          throw new IllegalStateException("a bug");
        };

    List<Reading> readings = SignalRouter.byKind(named, broken).read(List.of(QUERY, CPU), NOW);

    assertThat(readings.get(0))
        .isInstanceOfSatisfying(
            Reading.Missing.class,
            missing -> assertThat(missing.reason()).contains("the source failed"));
    assertThat(readings.get(1)).isInstanceOf(Reading.PerReplica.class);
  }
}
