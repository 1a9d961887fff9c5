package io.windlass.engine.journal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/** A PostgreSQL server on a free loopback port, with a database for each test. */
public final class PostgresServer implements AutoCloseable {
  private final EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts one, or skips the test where it does not start, unless this is CI. */
  public static PostgresServer start() {
    try {
      return new PostgresServer(EmbeddedPostgres.builder().start());
    } catch (IOException | IllegalStateException e) {
      if ("true".equals(System.getenv("CI"))) {
        throw new IllegalStateException("PostgreSQL is required here", e);
      }
      return Assumptions.abort("part absent: PostgreSQL does not start here: " + e.getMessage());
    }
  }

  /** An empty database. */
  public DatabaseSettings newDatabase() {
    String name = "windlass" + databases.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return DatabaseSettings.of(
        new DatabaseSettings.Store.Postgres(
            server.getJdbcUrl("postgres", name), "postgres", "postgres"));
  }

  /** Ends all connections to all databases of tests, as a restart of the server would. */
  void breakConnections() {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'windlass%'");
  }

  private void execute(String sql) {
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
