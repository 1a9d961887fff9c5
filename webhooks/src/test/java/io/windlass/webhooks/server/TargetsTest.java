package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.MemoryTarget;
import io.windlass.engine.rollout.Place;
import io.windlass.engine.rollout.Places;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.signal.MemorySignals;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.webhooks.settings.Grant;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetsTest {
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");
  private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

  @TempDir Path directory;
  private final MemoryTarget machine = new MemoryTarget();
  private final MemoryTarget cluster = new MemoryTarget();
  private final MemorySignals ofMachine = new MemorySignals();
  private final MemorySignals ofCluster = new MemorySignals();
  private Optional<String> bound = Optional.of("machine");
  private Optional<String> namespace = Optional.empty();
  private Database database;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Made anew for each question, as after a restart. */
  private Targets targets() {
    return new Targets(
        List.of(
            new OpenTarget(
                "machine",
                machine,
                id -> new MemoryFleet(id, 1, InstantSource.system()),
                ofMachine),
            new OpenTarget(
                "cluster",
                cluster,
                id -> new MemoryFleet(id, 7, InstantSource.system()),
                ofCluster)),
        new Whereabouts(
            _ ->
                bound.map(target ->
                    new Grant(
                        target,
                        namespace,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())),
            new Places(database)));
  }

  private static Release release(long number) {
    return new Release(
        new ReleaseId(PRODUCTION, number),
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        Map.of("web", new ImageRef("registry.example/shop", "sha256:" + "0".repeat(64))),
        Runtimes.web(Optional.empty()),
        NOW);
  }

  private void bring(long number) throws Exception {
    RolloutTarget target = targets().of(PRODUCTION).orElseThrow();
    assertThat(target.prepare(release(number))).isInstanceOf(Prepared.Ready.class);
    target.shift(PRODUCTION, release(number).id(), new Division.Replace());
  }

  @Test
  void whatIsNewGoesWhereTheFileBindsItAndWhatIsThereIsFoundWhereItWasBrought() throws Exception {
    bring(1);
    bound = Optional.of("cluster");

    targets().whereItRuns(PRODUCTION).orElseThrow().retire(PRODUCTION, release(9).id());

    assertThat(machine.shifts())
        .extracting(MemoryTarget.Shift::to)
        .containsExactly(release(1).id());
    assertThat(targets().fleet(WEB).state().wanted()).isEqualTo(1);
  }

  @Test
  void anEnvironmentThatRunsElsewhereIsRefusedUntilItIsRemovedThere() throws Exception {
    bring(1);
    bound = Optional.of("cluster");

    assertThat(targets().of(PRODUCTION).orElseThrow().verify(release(2)))
        .isInstanceOfSatisfying(
            Verified.Missing.class,
            missing ->
                assertThat(missing.reason())
                    .contains("'cluster'", "it runs at 'machine'", "windlass environment remove"));

    targets().whereItRuns(PRODUCTION).orElseThrow().remove(PRODUCTION);
    bring(2);

    assertThat(cluster.shifts())
        .extracting(MemoryTarget.Shift::to)
        .containsExactly(release(2).id());
    assertThat(targets().fleet(WEB).state().wanted()).isEqualTo(7);
  }

  @Test
  void anEnvironmentStaysInItsNamespaceLikewise() throws Exception {
    bound = Optional.of("cluster");
    namespace = Optional.of("shop-old");
    bring(1);
    namespace = Optional.of("shop-new");

    assertThat(targets().of(PRODUCTION).orElseThrow().verify(release(2)))
        .isInstanceOfSatisfying(
            Verified.Missing.class,
            missing ->
                assertThat(missing.reason())
                    .contains("'cluster/shop-new'", "it runs at 'cluster/shop-old'"));
    assertThat(new Places(database).of(PRODUCTION)).contains(new Place("cluster", "shop-old"));
  }

  @Test
  void whatIsGrantedNoMoreIsStillFoundWhereItRuns() throws Exception {
    bring(1);
    bound = Optional.empty();

    assertThat(targets().of(PRODUCTION)).isEmpty();
    assertThat(targets().whereItRuns(PRODUCTION)).isPresent();
  }

  @Test
  void aFleetWhoseTargetLeftTheFileSaysSo() throws Exception {
    new Places(database).put(PRODUCTION, new Place("gone", ""));

    assertThat(targets().whereItRuns(PRODUCTION)).isEmpty();
    assertThatThrownBy(() -> targets().fleet(WEB).state())
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("does not have the target");
  }

  @Test
  void eachFleetsSignalsComeFromItsTarget() throws Exception {
    Signal cpu = new Signal.Cpu();
    ofMachine.set(WEB, cpu, Map.of("web-1", 0.1), NOW);
    ofCluster.set(WEB, cpu, Map.of("web-1", 0.9), NOW);
    SignalQuery query = SignalQuery.of(WEB, cpu, Duration.ofSeconds(30));

    assertThat(value(targets().signals().read(List.of(query), NOW))).isEqualTo(0.1);
    new Places(database).put(PRODUCTION, new Place("cluster", ""));
    assertThat(value(targets().signals().read(List.of(query), NOW))).isEqualTo(0.9);
    new Places(database).put(PRODUCTION, new Place("gone", ""));
    assertThat(targets().signals().read(List.of(query), NOW).getFirst())
        .isInstanceOf(Reading.Missing.class);
  }

  private static double value(List<Reading> readings) {
    return ((Reading.PerReplica) readings.getFirst()).samples().values().iterator().next().value();
  }
}
