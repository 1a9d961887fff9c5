package io.windlass.engine.journal;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few connections that read, opened when they are first needed. */
final class Readers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Readers.class);

  private final Dialect dialect;
  private final DatabaseSettings settings;
  private final Semaphore turns;
  private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  Readers(DatabaseSettings settings, Dialect dialect) {
    this.settings = settings;
    this.dialect = dialect;
    this.turns = new Semaphore(settings.readers(), true);
  }

  <T> T read(TxFunction<T> function) {
    takeTurn();
    try {
      return readOn(session(), function);
    } finally {
      turns.release();
    }
  }

  private <T> T readOn(Session session, TxFunction<T> function) {
    boolean sound = false;
    try {
      T result = function.apply(new Tx(session));
      session.connection().rollback();
      sound = true;
      return result;
    } catch (SQLException e) {
      throw failed(e, e);
    } catch (JdbiException | DatabaseException.Failed e) {
      throw e.getCause() instanceof SQLException sql ? failed(sql, e) : e;
    } finally {
      giveBack(session, sound);
    }
  }

  private void giveBack(Session session, boolean sound) {
    if (sound && !closed) {
      idle.push(session);
      return;
    }
    try (session) {
      session.connection().rollback();
    } catch (SQLException e) {
      LOG.atDebug()
          .addKeyValue("error", e.getMessage())
          .log("Could not close a reading connection in good order");
    }
  }

  private void takeTurn() {
    try {
      if (!turns.tryAcquire(settings.readWait().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DatabaseException.Busy(
            "Tried to read from the database but "
                + settings.readers()
                + " reads are under way and none ended within "
                + settings.readWait()
                + "; try again in a moment");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new DatabaseException.Busy(
          "Tried to read from the database but was interrupted while waiting for a turn");
    }
    if (closed) {
      turns.release();
      throw new DatabaseException.Closed(
          "Tried to read from the database but it has been closed; the server is stopping");
    }
  }

  private Session session() {
    Session waiting = idle.poll();
    if (waiting != null) {
      return waiting;
    }
    try {
      return new Session(dialect.reader());
    } catch (SQLException e) {
      throw failed(e, e);
    }
  }

  private DatabaseException failed(SQLException sql, Exception whole) {
    return dialect
        .serious("read from the database", sql, false)
        .orElseGet(() ->
            new DatabaseException.Failed(
                "Tried to read from the database but " + sql.getMessage(), whole));
  }

  @Override
  public void close() {
    closed = true;
    for (Session session = idle.poll(); session != null; session = idle.poll()) {
      giveBack(session, false);
    }
  }
}
