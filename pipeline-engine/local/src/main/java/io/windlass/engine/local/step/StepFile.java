package io.windlass.engine.local.step;

import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.local.state.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is remembered of a step on disk: that it was begun, and how it ended. */
record StepFile(Path directory) {
  private static final String NAME = "status.json";

  void write(StepStatus status) throws IOException {
    Files.createDirectories(directory);
    Durable.write(directory.resolve(NAME), Json.write(status));
  }

  Optional<StepStatus> read() throws IOException {
    Path file = directory.resolve(NAME);
    return Files.exists(file)
        ? Optional.of(Json.read(Files.readAllBytes(file), StepStatus.class))
        : Optional.empty();
  }
}
