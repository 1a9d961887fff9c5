package io.windlass.engine.journal;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The server's database. Every package keeps its own tables in it, by migrations under {@code
 * db/migration}.
 *
 * <p>Safe for all threads. Writes are done one after the other by a thread of their own, which
 * commits those that wait together; a write that fails does not touch its neighbours. Reads see
 * what was committed when they began.
 *
 * <p>Migrations are written once for SQLite and PostgreSQL: times are {@code BIGINT} milliseconds,
 * JSON is {@code TEXT}, upserts are {@code ON CONFLICT}, and what differs is a placeholder: <code>
 * ${identity}</code> for a growing primary key, <code>${bytes}</code> for binary.
 */
public final class Database implements AutoCloseable {
  /** Rows that are removed in one transaction. */
  private static final int PART = 500;

  private final Dialect dialect;
  private final Ownership ownership;
  private final Housekeeping housekeeping;
  private final Writer writer;
  private final Readers readers;
  private final List<Runnable> losses = new CopyOnWriteArrayList<>();

  private Database(
      DatabaseSettings settings, Dialect dialect, Ownership ownership, JournalListener listener) {
    this.dialect = dialect;
    this.ownership = ownership;
    this.housekeeping = dialect.housekeeping();
    this.writer =
        new Writer(settings, dialect, listener, housekeeping, () -> losses.forEach(Runnable::run));
    this.readers = new Readers(settings, dialect);
  }

  /**
   * Opens the database, brings its schema to this version (keeping a copy from before), and takes
   * it for this process alone.
   */
  public static Database open(DatabaseSettings settings) {
    return open(settings, JournalListener.NONE);
  }

  public static Database open(DatabaseSettings settings, JournalListener listener) {
    Dialect dialect = Dialect.of(settings.store());
    Ownership ownership = dialect.own();
    try {
      new Schema(dialect).bringUpToDate();
      return new Database(settings, dialect, ownership, listener);
    } catch (RuntimeException e) {
      ownership.close();
      throw e;
    }
  }

  /**
   * Runs a function in a write transaction and returns when its result is synced to the disk. What
   * the function throws undoes the function and is thrown here. The function holds up every other
   * write: it does no input or output of its own.
   *
   * @throws DatabaseException.Busy when too many writes wait
   * @throws DatabaseException when the database failed
   */
  public <T> T write(TxFunction<T> function) {
    return writer.write(function);
  }

  /** {@link #write} without a result. */
  public void run(TxAction action) {
    writer.write(tx -> {
      action.apply(tx);
      return true;
    });
  }

  /**
   * Runs a function that only reads, on one consistent view of what has been committed. Writing
   * fails.
   */
  public <T> T read(TxFunction<T> function) {
    return readers.read(function);
  }

  /**
   * Finds rows that are to go, as many as this at most; never the same again once they are gone.
   */
  @FunctionalInterface
  public interface Find<K> {
    List<K> rows(Tx tx, int most);
  }

  /** Removes the row of a key. */
  @FunctionalInterface
  public interface Remove<K> {
    void row(Tx tx, K key);
  }

  /**
   * Removes any number of rows without making others wait for long: they are found on a reading
   * connection, and go by their keys in many short transactions.
   *
   * @return how many were found
   */
  public <K> int removeInParts(Find<K> find, Remove<K> remove) {
    int removed = 0;
    while (true) {
      List<K> part = read(tx -> find.rows(tx, PART));
      run(tx -> part.forEach(key -> remove.row(tx, key)));
      removed += part.size();
      if (part.size() < PART) {
        return removed;
      }
    }
  }

  /**
   * Writes a consistent copy to a new file while work goes on. PostgreSQL has its own tools for
   * that, and refuses.
   */
  public void copyTo(Path file) {
    dialect.copyTo(file);
  }

  /** How many writes are waiting for their turn. */
  public int waitingWrites() {
    return writer.waiting();
  }

  /**
   * Called, on the writing thread, when the writing connection was given up: a commit may have
   * ended in doubt, or somebody else may write before we do again, and memory differ from the rows.
   */
  void onLoss(Runnable action) {
    losses.add(action);
  }

  /** Finishes the writes that wait, and lets go. */
  @Override
  public void close() {
    housekeeping.close();
    writer.close();
    readers.close();
    ownership.close();
  }
}
