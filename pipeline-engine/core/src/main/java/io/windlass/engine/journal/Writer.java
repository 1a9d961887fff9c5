package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes what waits, does it in one transaction with a savepoint
 * around each write, and commits.
 */
final class Writer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final String SAVEPOINT = "one_write";
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(30);

  private final Dialect dialect;
  private final JournalListener listener;
  private final Housekeeping housekeeping;
  private final Runnable onLoss;
  private final int groupSize;
  private final BlockingQueue<Write<?>> queue;
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean ended;

  /**
   * Used by the thread alone; null between a failure that broke the connection and the next write.
   */
  private @Nullable Session session;

  Writer(
      DatabaseSettings settings,
      Dialect dialect,
      JournalListener listener,
      Housekeeping housekeeping,
      Runnable onLoss) {
    this.dialect = dialect;
    this.listener = listener;
    this.housekeeping = housekeeping;
    this.onLoss = onLoss;
    this.groupSize = settings.group();
    this.queue = new ArrayBlockingQueue<>(settings.queue());
    this.thread = Thread.ofPlatform().name("windlass-database").daemon().unstarted(this::work);
    this.thread.start();
  }

  <T> T write(TxFunction<T> function) {
    if (Thread.currentThread().equals(thread)) {
      throw new IllegalStateException(
          "Tried to begin a write inside a write but they would wait for each other; use the transaction that is there");
    }
    var write = new Write<>(function);
    if (closing) {
      throw closed();
    }
    if (!queue.offer(write)) {
      listener.refused();
      throw new DatabaseException.Busy(
          "Tried to write to the database but "
              + queue.size()
              + " writes are waiting already; try again in a moment");
    }
    if (ended) {
      refuseLeftovers();
    }
    return write.await();
  }

  int waiting() {
    return queue.size();
  }

  private void work() {
    var group = new ArrayList<Write<?>>(groupSize);
    while (!(closing && queue.isEmpty())) {
      try {
        group.add(queue.take());
      } catch (InterruptedException _) {
        continue; // nobody has a reason to; what waits is not to suffer from it
      }
      queue.drainTo(group, groupSize - 1);
      long begin = System.nanoTime();
      commit(group);
      listener.committed(group.size(), queue.size(), Duration.ofNanos(System.nanoTime() - begin));
      group.clear();
    }
    disconnect();
    ended = true;
    refuseLeftovers();
  }

  private void commit(List<Write<?>> group) {
    boolean committing = false;
    try {
      Session connected = connect();
      for (var write : group) {
        one(connected, write, group.size() > 1);
      }
      committing = true;
      connected.connection().commit();
    } catch (SQLException e) {
      failed(group, e, committing);
      return;
    } catch (Throwable e) {
      SQLException sql = cause(e);
      failed(
          group,
          sql == null ? new SQLException("of an unexpected error: " + e, e) : sql,
          committing);
      return;
    }
    housekeeping.committed();
    group.forEach(Write::announce);
    group.forEach(Write::finish);
  }

  /** Does one write; throws only what ends the whole group. */
  private void one(Session connected, Write<?> write, boolean shared) throws SQLException {
    Connection connection = connected.connection();
    if (shared) {
      connected.update("SAVEPOINT " + SAVEPOINT);
    }
    try {
      write.apply(new Tx(connected));
    } catch (Throwable e) {
      SQLException sql = cause(e);
      if (sql != null && dialect.serious("", sql, false).isPresent()) {
        throw sql;
      }
      if (shared) {
        connected.update("ROLLBACK TO SAVEPOINT " + SAVEPOINT);
      } else {
        connection.rollback();
      }
      write.failed(
          sql == null || e instanceof DatabaseException
              ? e
              : new DatabaseException.Failed(
                  "Tried to write to the database but " + sql.getMessage(), e));
    }
    if (shared) {
      connected.update("RELEASE SAVEPOINT " + SAVEPOINT);
    }
  }

  private void failed(List<Write<?>> group, SQLException e, boolean committing) {
    var error =
        dialect
            .serious("write to the database", e, committing)
            .orElseGet(() ->
                new DatabaseException.Failed(
                    "Tried to write to the database but " + e.getMessage(), e));
    LOG.atError()
        .addKeyValue("writes", group.size())
        .addKeyValue("error", e.getMessage())
        .log("Could not commit");
    disconnect();
    try {
      onLoss.run();
    } catch (RuntimeException broken) {
      LOG.atError().setCause(broken).log("Could not follow up on a lost connection");
    }
    group.forEach(write -> write.fail(error));
  }

  private Session connect() throws SQLException {
    Session existing = session;
    if (existing != null) {
      return existing;
    }
    Session opened = new Session(dialect.writer());
    session = opened;
    return opened;
  }

  /** Rolls back by closing; a connection that has failed once is not trusted again. */
  private void disconnect() {
    Session open = session;
    session = null;
    if (open != null) {
      try (open) {
        open.connection().rollback();
      } catch (SQLException e) {
        LOG.atDebug()
            .addKeyValue("error", e.getMessage())
            .log("Could not close the connection in good order");
      }
    }
  }

  private void refuseLeftovers() {
    var left = new ArrayList<Write<?>>();
    queue.drainTo(left);
    left.forEach(write -> write.fail(closed()));
  }

  private static DatabaseException closed() {
    return new DatabaseException.Closed(
        "Tried to write to the database but it has been closed; the server is stopping");
  }

  private static @Nullable SQLException cause(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  @Override
  public void close() {
    closing = true;
    boolean _ =
        queue.offer(new Write<>(_ -> true)); // wakes the thread; a full queue keeps it awake
    boolean interrupted = false;
    long until = System.nanoTime() + CLOSE_WAIT.toNanos();
    while (thread.isAlive() && System.nanoTime() < until) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
