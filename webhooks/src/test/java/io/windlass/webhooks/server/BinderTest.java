package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.decision.FleetBindings;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.control.Limits;
import io.windlass.scaler.control.MemoryDecisionLog;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.MemoryFleet;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.MemorySignals;
import io.windlass.webhooks.settings.Grant;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinderTest {
  private static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  private static final FleetId WEB = FleetId.parse("acme/shop/production/web");

  @TempDir Path directory;
  private final Map<FleetId, Fleet> fleets = new ConcurrentHashMap<>();
  private final ScalerLoop loop =
      new ScalerLoop(
          new MemorySignals(), new MemoryDecisionLog(), new Holds(), _ -> {}, Limits.STANDARD);
  private Optional<Grant> grant = granting(5);
  private Database database;
  private Binder binder;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    binder =
        new Binder(
            loop,
            new FleetBindings(database),
            id ->
                fleets.computeIfAbsent(id, any -> new MemoryFleet(any, 0, InstantSource.system())),
            _ -> grant,
            InstantSource.system());
  }

  @AfterEach
  void close() {
    loop.close();
    database.close();
  }

  private static Optional<Grant> granting(int max) {
    return Optional.of(
        new Grant(
            "local",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(max)));
  }

  @Test
  void theOperatorsLimitAsItIsNowBoundsAPolicyThatWasBoundBefore() throws Exception {
    binder.bind(PRODUCTION, Map.of("web", Scaling.fixed(4)), Optional.of(5));
    assertThat(fleets.get(WEB).state().wanted()).isEqualTo(4);

    grant = granting(2);
    binder.restore();
    loop.tick(InstantSource.system().instant());

    assertThat(fleets.get(WEB).state().wanted()).isEqualTo(2);
    assertThat(binder.policy(WEB).orElseThrow().max()).isEqualTo(2);
  }

  @Test
  void aPolicyThatIsOnlyObservedGetsItsFirstReplicasAndIsObservedAfterARestart() throws Exception {
    binder.bind(PRODUCTION, Map.of("web", Scaling.of(2, 4).observing()), Optional.empty());
    assertThat(fleets.get(WEB).state().wanted()).isEqualTo(2);

    loop.unbind(WEB);
    fleets.get(WEB).resize(5, "by hand");
    binder.restore();
    loop.tick(InstantSource.system().instant());

    assertThat(fleets.get(WEB).state().wanted()).isEqualTo(5);
    assertThat(loop.latest(WEB).orElseThrow().decision().result()).isEqualTo(4);
  }

  @Test
  void whatIsGrantedNoMoreKeepsItsLimit() throws Exception {
    grant = Optional.empty();
    binder.bind(PRODUCTION, Map.of("web", Scaling.fixed(4)), Optional.of(3));

    assertThat(binder.policy(WEB).orElseThrow().max()).isEqualTo(3);
  }

  @Test
  void aProcessThatIsNoMoreIsSizedNoMore() throws Exception {
    binder.bind(
        PRODUCTION, Map.of("web", Scaling.fixed(1), "worker", Scaling.fixed(1)), Optional.empty());

    binder.bind(PRODUCTION, Map.of("web", Scaling.fixed(1)), Optional.empty());

    assertThat(loop.bound()).containsExactly(WEB);
  }
}
