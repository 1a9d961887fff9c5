package io.windlass.engine.local.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.sandbox.Berths;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsTest {
  @TempDir private Path directory;

  @Test
  void aStepThatCouldNotBeWrittenDownIsStartedByWhoAsksAgain() throws Exception {
    Steps steps = open();
    StepStart start = start();
    // As a full disk does: its beginning cannot be written.
    Path inTheWay = Files.writeString(directory.resolve("steps").resolve(start.id()), "");
    assertThatThrownBy(() -> steps.start(start)).isInstanceOf(IOException.class);
    Files.delete(inTheWay);

    steps.start(start);

    assertThat(steps.watch(start.id(), Duration.ofSeconds(20)))
        .hasValueSatisfying(end -> assertThat(end.state()).isEqualTo(StepStatus.State.EXITED));
  }

  private Steps open() throws Exception {
    Trees.passable(directory);
    Users users = new Users(Users.FIRST);
    Isolation isolation =
        Isolation.probe(
            "windlass-steps-test", Users.FIRST, 1, List.of(), Isolation.Surroundings.NONE, false);
    Ground ground =
        new Ground(
            isolation,
            users,
            new Berths(isolation, users, "steps-test", directory.resolve("steps")),
            new Images(directory.resolve("images"), Optional.empty(), false),
            Releases.open(directory.resolve("releases"), Vault.open(directory.resolve("key"))));
    return Steps.open(
        new StepSettings(
            directory.resolve("steps"),
            "steps-test",
            4,
            64 << 20,
            new Resources(1000, 1 << 30),
            1 << 30,
            1 << 20),
        ground,
        InstantSource.system());
  }

  private StepStart start() throws IOException {
    return new StepStart(
        "acme.shop-1-test-1",
        Files.createDirectories(directory.resolve("workspace")).toString(),
        List.of(),
        List.of("/bin/sh", "-c", "exit 0"),
        Map.of(),
        Secrets.NONE,
        Optional.empty(),
        Duration.ofSeconds(10),
        1 << 20,
        Resources.DEFAULT,
        Optional.empty());
  }
}
