package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperSignals;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.scaler.signal.SignalSourceContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperSignalsTest extends SignalSourceContract {
  private static final FleetId FLEET = FleetId.parse(Bench.FLEET);
  private static final Duration WINDOW = Duration.ofSeconds(20);

  @TempDir Path temporary;
  private Bench bench;
  private KeeperClient impatient;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    bench.start();
    impatient = new KeeperClient(bench.directory, Duration.ZERO);
    ReleaseSpec release = Bench.release(1, TinyApp.in(temporary.resolve("image")), Map.of());
    bench.size(1);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () -> source().read(List.of(known()), now()).getFirst() instanceof Reading.PerReplica);
  }

  @AfterEach
  void close() throws Exception {
    impatient.close();
    bench.close();
  }

  @Override
  protected SignalSource source() {
    return new KeeperSignals(impatient);
  }

  @Override
  protected SignalQuery known() {
    return SignalQuery.of(FLEET, new Signal.Cpu(), WINDOW);
  }

  @Override
  protected void cutOff() {
    bench.stop();
  }

  @Test
  void requestsAndTheirBytesAreRatesPerReplica() throws Exception {
    for (int i = 0; i < 50; i++) {
      bench.get("/");
    }
    String replica = bench.replicas().getFirst().id();
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() ->
            assertThat(source().read(queries(), Instant.now()))
                .allSatisfy(r ->
                    assertThat(r)
                        .isInstanceOfSatisfying(
                            Reading.PerReplica.class,
                            p -> assertThat(p.samples().get(replica).value()).isPositive())));
  }

  @Test
  void requestsAreCountedAndNotGuessedFromTheirRate() throws Exception {
    SignalQuery count = SignalQuery.of(FLEET, new Signal.RequestCount(), Duration.ofMinutes(2));
    String replica = bench.replicas().getFirst().id();
    double before = counted(count, replica);
    for (int i = 0; i < 7; i++) {
      bench.get("/");
    }
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> assertThat(counted(count, replica)).isEqualTo(before + 7));
  }

  private double counted(SignalQuery query, String replica) {
    return ((Reading.PerReplica) source().read(List.of(query), Instant.now()).getFirst())
        .samples()
        .get(replica)
        .value();
  }

  private static List<SignalQuery> queries() {
    return List.of(
        SignalQuery.of(FLEET, new Signal.Requests(), WINDOW),
        SignalQuery.of(FLEET, new Signal.NetworkIn(), WINDOW),
        SignalQuery.of(FLEET, new Signal.NetworkOut(), WINDOW),
        SignalQuery.of(FLEET, new Signal.RequestTime(), WINDOW),
        SignalQuery.of(FLEET, new Signal.CpuTime(), WINDOW),
        SignalQuery.of(FLEET, new Signal.Cpu(), WINDOW));
  }
}
