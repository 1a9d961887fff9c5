package io.windlass.engine.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what SQLite has written to its log into its file, on a thread and a connection of its own.
 * The writer would do it within a commit, and every write would wait for it. What is left for the
 * writer is the end of a long log, which it copies itself: only then can the log begin anew.
 *
 * @see <a href="https://www.sqlite.org/wal.html#ckpt">Checkpointing</a>
 */
final class Checkpoints implements Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final long BETWEEN_LOOKS_NANOS = Duration.ofMillis(50).toNanos();
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  /**
   * Pages of the log that are not in the file yet (4 MiB): rows that come one after the other touch
   * the same pages, and so these are copied once for many commits.
   */
  private static final int COPIED_AT_ONCE = 1_000;

  /** Opens the connection that copies. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  /** What SQLite says of its log: pages in it, and how many of them are in the file. */
  private record Pages(int logged, int copied) {}

  private final Opener opener;
  private final Thread thread;
  private @Nullable Connection connection;
  private volatile long looked = System.nanoTime();
  private volatile boolean closing;

  Checkpoints(Opener opener) {
    this.opener = opener;
    this.thread = Thread.ofPlatform().name("windlass-checkpoints").daemon().unstarted(this::work);
    thread.start();
  }

  @Override
  public void committed() {
    if (System.nanoTime() - looked > BETWEEN_LOOKS_NANOS) {
      LockSupport.unpark(thread);
    }
  }

  private void work() {
    boolean failing = false;
    while (!closing) {
      LockSupport.park(this);
      try {
        look();
        failing = false;
      } catch (SQLException | RuntimeException e) {
        // SQLite keeps to itself what goes wrong when the writer copies.
        if (!failing) {
          LOG.atWarn()
              .addKeyValue("error", e.getMessage())
              .log("The database's log cannot be copied into its file; look at the disk");
        }
        failing = true;
        disconnect();
      }
      looked = System.nanoTime();
    }
    disconnect();
  }

  private void look() throws SQLException {
    Pages pages = checkpoint("NOOP");
    if (pages.logged() - pages.copied() >= COPIED_AT_ONCE) {
      checkpoint("PASSIVE");
    }
  }

  private Pages checkpoint(String mode) throws SQLException {
    Connection connected = connection;
    if (connected == null) {
      connected = opener.open();
      connection = connected;
    }
    try (var statement = connected.createStatement();
        var row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      return row.next() ? new Pages(row.getInt(2), row.getInt(3)) : new Pages(0, 0);
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.atDebug().addKeyValue("error", e.getMessage()).log("Could not close in good order");
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_WAIT);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
