package io.windlass.scaler.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.control.DecisionLog.Remembered;
import io.windlass.scaler.control.LoggedDecision.Outcome;
import io.windlass.scaler.decision.Decide;
import io.windlass.scaler.decision.Decided;
import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.decision.Observation;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link DecisionLog} promises; an adapter's test extends this. */
public abstract class DecisionLogContract {
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final FleetId WORKER = FleetId.parse("acme/shop/production/worker");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00.123Z");
  private static final Policy CPU = Policy.TargetTracking.of(new Signal.Cpu(), 0.6);

  /** An empty log; the same at every call within a test. */
  protected abstract DecisionLog log() throws Exception;

  @Test
  public void knows_nothing_of_a_fleet_at_first() throws Exception {
    assertThat(log().latest(WEB)).isEmpty();
    assertThat(log().recent(WEB, 10)).isEmpty();
  }

  @Test
  public void gives_back_the_row_and_the_memory_as_they_were() throws Exception {
    Decided decided = decided(WEB, 0.93);
    LoggedDecision row = row(1, decided, Outcome.RESIZING, "");
    Memory memory = decided.memory().writing(NOW, 2, 4);

    log().write(row, memory);

    assertThat(log().latest(WEB)).contains(new Remembered(row, memory));
  }

  @Test
  public void replaces_a_row_of_the_same_sequence() throws Exception {
    Decided decided = decided(WEB, 0.93);
    log().write(row(1, decided, Outcome.RESIZING, ""), decided.memory());
    LoggedDecision failed =
        row(1, decided, Outcome.FAILED, "Tried to resize but the quota is used up");

    log().write(failed, decided.memory());
    log().write(failed, decided.memory());

    assertThat(log().recent(WEB, 10)).containsExactly(failed);
  }

  @Test
  public void gives_the_newest_rows_first_and_no_more_than_asked_for() throws Exception {
    Decided decided = decided(WEB, 0.5);
    for (int sequence = 1; sequence <= 12; sequence++) {
      log().write(row(sequence, decided, Outcome.UNCHANGED, ""), decided.memory());
    }

    assertThat(log().recent(WEB, 3))
        .extracting(LoggedDecision::sequence)
        .containsExactly(12L, 11L, 10L);
    assertThat(log().latest(WEB).orElseThrow().row().sequence()).isEqualTo(12);
  }

  @Test
  public void keeps_fleets_apart() throws Exception {
    Decided web = decided(WEB, 0.5);
    Decided worker = decided(WORKER, 0.9);
    log().write(row(1, web, Outcome.UNCHANGED, ""), web.memory());
    log().write(row(1, worker, Outcome.OBSERVED, ""), worker.memory());

    assertThat(log().latest(WEB).orElseThrow().row().decision()).isEqualTo(web.decision());
    assertThat(log().latest(WORKER).orElseThrow().row().decision()).isEqualTo(worker.decision());
  }

  private static LoggedDecision row(long sequence, Decided decided, Outcome outcome, String error) {
    Instant at = decided.decision().at();
    return new LoggedDecision(sequence, decided.decision(), Mode.ACT, at, at, 1, outcome, error);
  }

  private static Decided decided(FleetId fleet, double share) {
    List<Replica> replicas =
        List.of(
            new Replica("a-1", "7", Replica.State.READY, Instant.EPOCH),
            new Replica("a-2", "7", Replica.State.READY, Instant.EPOCH));
    Reading reading =
        new Reading.PerReplica(
            SignalQuery.of(fleet, CPU.signal(), CPU.window()),
            Map.of("a-1", new Sample(share, NOW), "a-2", new Sample(share, NOW)),
            false,
            List.of("a note with \"quotes\" and é"));
    FleetState state =
        new FleetState(fleet, 2, Optional.of("windlass"), replicas, Optional.empty());
    return Decide.decide(
        Scaling.of(2, 8, CPU),
        new Observation(state, List.of(reading), List.of()),
        Memory.EMPTY,
        NOW);
  }
}
