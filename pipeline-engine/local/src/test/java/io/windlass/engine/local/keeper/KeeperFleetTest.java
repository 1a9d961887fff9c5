package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperFleet;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetContract;
import io.windlass.scaler.fleet.FleetId;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperFleetTest extends FleetContract {
  @TempDir Path temporary;
  private Bench bench;
  private KeeperClient impatient;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    bench.start();
    impatient = new KeeperClient(bench.directory, Duration.ZERO);
    bench.size(2);
  }

  @AfterEach
  void close() throws Exception {
    impatient.close();
    bench.close();
  }

  @Override
  protected Fleet fleet() {
    return new KeeperFleet(impatient, FleetId.parse(Bench.FLEET), "scaler");
  }

  @Override
  protected void cutOff() {
    bench.stop();
  }

  @Test
  void itsWriterIsRememberedWithTheSize() throws Exception {
    fleet().resize(3, "more is needed");
    assertThat(fleet().state().lastWriter()).contains("scaler");
    bench.stop();
    bench.start();
    assertThat(fleet().state().wanted()).isEqualTo(3);
  }
}
