package io.windlass.engine.repository;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tx;
import java.time.Instant;
import java.util.Optional;

/** Keeps heads and decisions where pages and the search for missed commits read them. */
public final class RefProjection implements Projection<RefState> {
  @Override
  public void project(
      Tx tx, Subject subject, Optional<RefState> before, RefState after, Instant now) {
    if (!before.flatMap(RefState::head).equals(after.head())) {
      after
          .head()
          .ifPresentOrElse(
              head -> HeadTable.put(tx, after.repository(), after.ref(), head, now),
              () -> HeadTable.remove(tx, after.repository(), after.ref()));
    }
    after
        .decided()
        .ifPresent(decision -> RefDecisionTable.add(tx, after.repository(), decision, now));
  }
}
