package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The journal's contract on PostgreSQL: what is true on SQLite is true here. */
@Tag("long")
class JournalOnPostgresTest extends JournalWorkTest {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static @Nullable EmbeddedPostgres server;
  private final String name = "windlass" + DATABASES.incrementAndGet();

  @BeforeAll
  static void start() {
    try {
      server = EmbeddedPostgres.builder().start();
    } catch (IOException | IllegalStateException e) {
      if ("true".equals(System.getenv("CI"))) {
        throw new IllegalStateException("PostgreSQL is required here", e);
      }
      Assumptions.abort("part absent: PostgreSQL does not start here: " + e.getMessage());
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static EmbeddedPostgres server() {
    return Objects.requireNonNull(server);
  }

  @BeforeEach
  @Override
  void open() {
    try (var connection = server().getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var found = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      found.setString(1, name);
      if (!found.executeQuery().next()) {
        statement.execute("CREATE DATABASE " + name);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    super.open();
  }

  @Override
  DatabaseSettings settings() {
    return DatabaseSettings.of(
        new DatabaseSettings.Store.Postgres(
            server().getJdbcUrl("postgres", name), "postgres", "postgres"));
  }

  @Test
  void aSecondServerOnTheSameDatabaseIsRefused() {
    assertThatThrownBy(() -> Database.open(settings()))
        .isInstanceOf(DatabaseException.InUse.class)
        .hasMessageContaining("another Windlass is already running");
  }
}
