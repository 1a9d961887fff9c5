package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.pipeline.Check;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GaugeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final ReleaseId OLD = new ReleaseId(PRODUCTION, 1);
  private static final ReleaseId NEW = new ReleaseId(PRODUCTION, 2);
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final Map<SignalQuery, Reading> readings = new HashMap<>();

  private final SignalSource source =
      (queries, now) ->
          queries.stream()
              .map(query ->
                  readings.getOrDefault(query, new Reading.Missing(query, "it is not scraped")))
              .toList();

  private static Check check(Check.Measure measure) {
    return new Check(
        measure,
        "web",
        new Check.Bound.NotWorse(0.2, true),
        Duration.ofSeconds(30),
        WINDOW,
        3,
        Check.NoData.HOLD);
  }

  private static Check builtIn(Check.Kind kind) {
    return check(new Check.Measure.BuiltIn(kind, 50));
  }

  private static SignalQuery query(ReleaseId release, Signal signal) {
    var fleet = new FleetId("acme/shop/production", "web");
    return new SignalQuery(fleet, Optional.of(release.toString()), signal, WINDOW);
  }

  private void each(ReleaseId release, Signal signal, Instant at, double... values) {
    Map<String, Sample> samples = new HashMap<>();
    for (double value : values) {
      samples.put("replica-" + samples.size(), new Sample(value, at));
    }
    SignalQuery query = query(release, signal);
    readings.put(query, new Reading.PerReplica(query, samples, false, List.of()));
  }

  private Measured look(Check check) {
    return new Gauge(source).look(check, NEW, Optional.of(OLD), NOW);
  }

  @Test
  void errorsAreAShareOfTheRequestsOfAllReplicasTogether() {
    each(NEW, new Signal.Errors(), NOW, 1, 0);
    each(NEW, new Signal.Requests(), NOW, 1, 99);
    each(OLD, new Signal.Errors(), NOW, 1);
    each(NEW, new Signal.RequestCount(), NOW, 60, 5940);
    each(OLD, new Signal.Requests(), NOW, 1000);
    each(OLD, new Signal.RequestCount(), NOW, 60_000);

    assertThat(look(builtIn(Check.Kind.ERROR_RATE)))
        .isEqualTo(
            new Measured(
                Optional.of(0.01), Optional.of(6000.0), Optional.of(0.001), Optional.empty()));
  }

  @Test
  void latencyAndCpuAreForEachRequest() {
    each(NEW, new Signal.RequestTime(), NOW, 2, 2);
    each(NEW, new Signal.CpuTime(), NOW, 0.5, 0.5);
    each(NEW, new Signal.Requests(), NOW, 5, 5);

    assertThat(look(builtIn(Check.Kind.LATENCY)).value()).contains(0.4);
    assertThat(look(builtIn(Check.Kind.CPU_PER_REQUEST)).value()).contains(0.1);
  }

  @Test
  void withoutRequestsThereIsNothingToSay() {
    each(NEW, new Signal.Errors(), NOW, 0);
    each(NEW, new Signal.Requests(), NOW, 0);

    assertThat(look(builtIn(Check.Kind.ERROR_RATE)).missing())
        .contains("no requests within its window");
  }

  @Test
  void aHighRateOverAMomentIsNoNumberOfRequests() {
    each(NEW, new Signal.Errors(), NOW, 1);
    each(NEW, new Signal.Requests(), NOW, 3);
    each(NEW, new Signal.RequestCount(), NOW, 3);

    assertThat(look(builtIn(Check.Kind.ERROR_RATE)).requests()).contains(3.0);
  }

  @Test
  void whatRestsOnFewRequestsIsNotComparedWith() {
    each(NEW, new Signal.RequestTime(), NOW, 1);
    each(NEW, new Signal.Requests(), NOW, 10);
    each(NEW, new Signal.RequestCount(), NOW, 600);
    each(OLD, new Signal.RequestTime(), NOW, 1);
    each(OLD, new Signal.Requests(), NOW, 10);
    each(OLD, new Signal.RequestCount(), NOW, 49);
    assertThat(look(builtIn(Check.Kind.LATENCY)).before()).isEmpty();

    each(OLD, new Signal.RequestCount(), NOW, 50);
    assertThat(look(builtIn(Check.Kind.LATENCY)).before()).contains(0.1);
  }

  @Test
  void whatTheSourceSaysIsHandedOn() {
    assertThat(look(builtIn(Check.Kind.ERROR_RATE)).missing()).contains("it is not scraped");
  }

  @Test
  void aQueryIsAskedForEachReleaseByItself() {
    Signal signal = new Signal.PromQl("sum(rate(orders_total[$window]))");
    each(NEW, signal, NOW, 4, 6);
    each(OLD, signal, NOW, 7);

    assertThat(look(check(new Check.Measure.Query("sum(rate(orders_total[$window]))"))))
        .isEqualTo(
            new Measured(Optional.of(5.0), Optional.empty(), Optional.of(7.0), Optional.empty()));
  }

  @Test
  void anAnswerThatIsOldOrIncompleteIsNone() {
    Signal signal = new Signal.PromQl("up");
    each(NEW, signal, NOW.minus(WINDOW).minusSeconds(1), 1);
    assertThat(look(check(new Check.Measure.Query("up"))).missing())
        .contains("nothing was measured within its window");

    SignalQuery query = query(NEW, signal);
    readings.put(query, new Reading.Total(query, new Sample(1, NOW), Map.of(), true, List.of()));
    assertThat(look(check(new Check.Measure.Query("up"))).missing())
        .contains("its source says that the answer is incomplete");
  }
}
