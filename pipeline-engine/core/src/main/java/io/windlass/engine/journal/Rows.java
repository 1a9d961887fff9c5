package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/** How values stand in rows. */
final class Rows {
  /** The rows of one subject; its kind and its key are the parameters. */
  static final String OF_SUBJECT = " WHERE kind = ? AND subject = ?";

  private Rows() {}

  /** A handle on a connection, for as long as the connection lives. */
  static Handle on(Connection connection) {
    Jdbi jdbi = Jdbi.create(connection);
    jdbi.registerArgument(new Millis());
    jdbi.registerColumnMapper(
        Instant.class, (rows, column, _) -> Instant.ofEpochMilli(rows.getLong(column)));
    return jdbi.open();
  }

  static Subject subject(ResultSet rows) throws SQLException {
    return new Subject(rows.getString("kind"), rows.getString("subject"));
  }

  static Optional<Instant> time(ResultSet rows, String column) throws SQLException {
    long millis = rows.getLong(column);
    return rows.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static final class Millis extends AbstractArgumentFactory<Instant> {
    Millis() {
      super(Types.BIGINT);
    }

    @Override
    protected Argument build(Instant value, ConfigRegistry config) {
      return (position, statement, _) -> statement.setLong(position, value.toEpochMilli());
    }
  }
}
