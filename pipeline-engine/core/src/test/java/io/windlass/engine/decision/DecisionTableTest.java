package io.windlass.engine.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.control.Limits;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.MemorySignals;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionTableTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final FleetId FLEET = new FleetId("acme/shop/production", "web");

  @TempDir private Path data;
  private Database database;
  private DecisionTable table;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(data));
    table = new DecisionTable(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatTheLoopDecidesIsReadBackWhole() {
    List<LoggedDecision> heard = new CopyOnWriteArrayList<>();
    run(Scaling.fixed(3), heard, 4);

    LoggedDecision newest = table.recent(FLEET, 10).getFirst();

    assertThat(newest).isEqualTo(heard.getLast());
    assertThat(table.latest(FLEET).orElseThrow().row()).isEqualTo(newest);
  }

  @Test
  void changesCanBeListedAlone() {
    run(Scaling.fixed(3), new CopyOnWriteArrayList<>(), 4);

    assertThat(table.list(FLEET, Long.MAX_VALUE, 10, true))
        .allMatch(row -> row.decision().changes())
        .isNotEmpty();
    assertThat(table.list(FLEET, Long.MAX_VALUE, 10, false))
        .hasSizeGreaterThan(table.list(FLEET, Long.MAX_VALUE, 10, true).size());
  }

  @Test
  void oldRowsAreForgottenButForTheNewest() {
    run(Scaling.fixed(3), new CopyOnWriteArrayList<>(), 4);
    LoggedDecision newest = table.recent(FLEET, 1).getFirst();

    table.forget(START.plus(Duration.ofDays(1)));

    assertThat(table.recent(FLEET, 10)).containsExactly(newest);
    assertThat(table.latest(FLEET)).isPresent();
  }

  @Test
  void aFleetThatWasNeverDecidedHasNoMemory() {
    assertThat(table.latest(FLEET)).isEmpty();
    assertThat(table.recent(FLEET, 10)).isEmpty();
  }

  private void run(Scaling scaling, List<LoggedDecision> heard, int ticks) {
    MemoryFleet fleet = new MemoryFleet(FLEET, 1, InstantSource.fixed(START));
    try (ScalerLoop loop =
        new ScalerLoop(new MemorySignals(), table, new Holds(), heard::add, Limits.STANDARD)) {
      loop.bind(fleet, scaling);
      for (int i = 0; i < ticks; i++) {
        loop.tick(START.plus(Duration.ofSeconds(15L * i)));
      }
    }
  }
}
