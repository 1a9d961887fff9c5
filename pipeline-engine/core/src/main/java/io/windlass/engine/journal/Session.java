package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * A connection with the statements that were prepared on it. The journal's own statements go this
 * way instead of through Jdbi, whose handling of each statement costs several times what SQLite
 * needs to run it. For one thread at a time.
 */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Handle handle;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Session(Connection connection) {
    this.connection = connection;
    this.handle = Rows.on(connection);
  }

  /** Makes a value of the row at which the result stands. */
  @FunctionalInterface
  interface Mapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  Handle handle() {
    return handle;
  }

  Connection connection() {
    return connection;
  }

  /** How many rows a statement changed. */
  int update(String sql, Object... values) {
    try {
      return bound(sql, values).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  <T> List<T> list(String sql, Mapper<T> mapper, Object... values) {
    var all = new ArrayList<T>();
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      while (rows.next()) {
        all.add(mapper.map(rows));
      }
      return all;
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  <T> Optional<T> first(String sql, Mapper<T> mapper, Object... values) {
    try (ResultSet rows = bound(sql, values).executeQuery()) {
      return rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  private PreparedStatement bound(String sql, Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      bind(statement, i + 1, values[i]);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int position, Object value)
      throws SQLException {
    switch (value) {
      case String text -> statement.setString(position, text);
      case Integer number -> statement.setInt(position, number);
      case Long number -> statement.setLong(position, number);
      case Optional<?> maybe when maybe.isPresent() -> bind(statement, position, maybe.get());
      case Optional<?> _ -> statement.setNull(position, Types.NULL);
      case Instant time -> statement.setLong(position, time.toEpochMilli());
      default ->
          throw new IllegalArgumentException(
              "Tried to bind a " + value.getClass() + " but no row holds such a thing");
    }
  }

  private static DatabaseException.Failed failed(String sql, SQLException e) {
    return new DatabaseException.Failed("Tried to run '" + sql + "' but " + e.getMessage(), e);
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      for (PreparedStatement statement : prepared.values()) {
        statement.close();
      }
    }
  }
}
