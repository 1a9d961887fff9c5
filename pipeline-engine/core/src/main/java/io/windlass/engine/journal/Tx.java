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
