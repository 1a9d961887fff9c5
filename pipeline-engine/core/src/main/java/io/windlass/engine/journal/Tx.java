package io.windlass.engine.journal;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The transaction in which a {@link TxFunction} runs. Not to be kept, and not to be used by another
 * thread.
 */
public final class Tx {
  private final Session session;
  private final List<Runnable> afterCommit = new ArrayList<>();

  Tx(Session session) {
    this.session = session;
  }

  /**
   * The connection. {@code Instant} is bound and mapped as milliseconds since the epoch. Neither
   * commit nor roll back on it, and make no savepoint that is left open.
   */
  public Handle handle() {
    return session.handle();
  }

  /**
   * Changes rows by a statement that is prepared once for the connection, and says how many: for
   * what is done at every event, where {@link #handle} costs several times what the database does.
   *
   * @param values texts, numbers, times, and optionals of them, for the statement's question marks
   */
  public int update(String sql, Object... values) {
    return session.update(sql, values);
  }

  /** Runs something quick once the transaction is on the disk; never, if it does not get there. */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  Session session() {
    return session;
  }

  List<Runnable> afterCommitActions() {
    return afterCommit;
  }
}
