package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the tables to what the migrations say. Flyway takes some hundred milliseconds even when
 * there is nothing to do, so it is asked only when the migrations are not those that were applied
 * last: their fingerprint is kept in a table.
 */
final class Schema {
  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
  private static final String LOCATION = "db/migration";

  private final Dialect dialect;

  Schema(Dialect dialect) {
    this.dialect = dialect;
  }

  void bringUpToDate() {
    String wanted = new Migrations(LOCATION).fingerprint();
    boolean fresh;
    try (Connection connection = dialect.migrator()) {
      fresh = !dialect.hasTables(connection);
      if (!fresh && applied(connection).equals(Optional.of(wanted))) {
        return;
      }
    } catch (SQLException e) {
      throw dialect
          .serious("open the database", e, false)
          .orElseGet(() ->
              new DatabaseException.Failed("Tried to open the database but " + e.getMessage(), e));
    }
    if (!fresh) {
      dialect.copyBeforeMigration(wanted);
    }
    migrate(wanted);
  }

  private void migrate(String wanted) {
    try {
      var result =
          Flyway.configure()
              .dataSource(dataSource())
              .locations("classpath:" + LOCATION)
              .placeholders(dialect.placeholders())
              .outOfOrder(true) // each package counts its migrations in a range of its own
              .ignoreMigrationPatterns(
                  new String[0]) // a database of a later version is an error, not a detail
              .validateMigrationNaming(true)
              .load()
              .migrate();
      remember(wanted);
      LOG.atInfo()
          .addKeyValue("migrations", result.migrationsExecuted)
          .log("Brought the database to this version's schema");
    } catch (FlywayException | SQLException e) {
      throw new DatabaseException.Unmigrated(
          "Tried to bring the database to this version's schema but "
              + e.getMessage()
              + "; if a later version of Windlass has used it, start that version or restore the copy made before its migration",
          e);
    }
  }

  private DataSource dataSource() {
    return new MigratorSource(dialect);
  }

  private static Optional<String> applied(Connection connection) {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT value FROM windlass_meta WHERE name = 'migrations'");
        var rows = statement.executeQuery()) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    } catch (SQLException _) {
      return Optional.empty(); // the table comes with the first migration
    }
  }

  private void remember(String fingerprint) throws SQLException {
    try (Connection connection = dialect.migrator();
        PreparedStatement statement =
            connection.prepareStatement(
                "INSERT INTO windlass_meta (name, value) VALUES ('migrations', ?)"
                    + " ON CONFLICT (name) DO UPDATE SET value = excluded.value")) {
      statement.setString(1, fingerprint);
      statement.executeUpdate();
      connection.commit();
    }
  }
}
