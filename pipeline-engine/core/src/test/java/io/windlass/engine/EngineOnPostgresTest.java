package io.windlass.engine;

import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.PostgresServer;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** All that the engine does, with its rows on PostgreSQL. */
@Tag("long")
class EngineOnPostgresTest extends EngineTest {
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Override
  DatabaseSettings store() {
    return Objects.requireNonNull(server).newDatabase();
  }
}
