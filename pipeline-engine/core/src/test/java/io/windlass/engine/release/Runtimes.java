package io.windlass.engine.release;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Applications for tests that care about nothing but their names and routes. */
public final class Runtimes {
  private Runtimes() {}

  /** One process {@code web} at port 80. */
  public static AppRuntime web(Optional<ReleaseCommand> command, PublicRoute... routes) {
    var web =
        new ProcessRuntime(
            Optional.empty(),
            Optional.of(80),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(30));
    return new AppRuntime(Map.of(), List.of(), Map.of("web", web), List.of(routes), command);
  }
}
