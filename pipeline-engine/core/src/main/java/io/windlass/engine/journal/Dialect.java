package io.windlass.engine.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** Everything in which SQLite and PostgreSQL differ. All other SQL runs on both. */
sealed interface Dialect permits SqliteDialect, PostgresDialect {
  static Dialect of(DatabaseSettings.Store store) {
    return switch (store) {
      case DatabaseSettings.Store.Sqlite sqlite -> new SqliteDialect(sqlite.directory());
      case DatabaseSettings.Store.Postgres postgres -> new PostgresDialect(postgres);
    };
  }

  /** Makes sure that nobody else works on this database. */
  Ownership own();

  /** A connection for the schema, before {@link #writer}; there may be several. */
  Connection migrator() throws SQLException;

  /**
   * The one connection that writes, in transactions that are ended by hand. Fails where somebody
   * else has it.
   */
  Connection writer() throws SQLException;

  /** A connection that may not write, likewise. */
  Connection reader() throws SQLException;

  /** Begins what is to be done beside the writer. */
  Housekeeping housekeeping();

  /** What stands for the placeholders in the migrations. */
  Map<String, String> placeholders();

  /** Copies the database as it is before a migration, where that is this process's business. */
  void copyBeforeMigration(String name);

  void copyTo(Path file);

  /** Whether tables of ours may be there already. */
  boolean hasTables(Connection connection) throws SQLException;

  /**
   * What an error means for whoever asked.
   *
   * @return empty for an error of the statement alone, after which the transaction goes on from its
   *     savepoint
   */
  Optional<DatabaseException> serious(String tried, SQLException e, boolean committing);
}
