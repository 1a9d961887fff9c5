package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.Types;
import java.time.Instant;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/** How values stand in rows. */
final class Rows {
  private Rows() {}

  /** A handle on a connection, for as long as the connection lives. */
  static Handle on(Connection connection) {
    Jdbi jdbi = Jdbi.create(connection);
    jdbi.registerArgument(new Millis());
    jdbi.registerColumnMapper(
        Instant.class, (rows, column, _) -> Instant.ofEpochMilli(rows.getLong(column)));
    return jdbi.open();
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
