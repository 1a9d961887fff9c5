package io.windlass.engine.repository;

import io.windlass.engine.journal.Tx;
import java.time.Instant;

/** The table {@code ref_decision}: every event about a ref, and what was made of it. */
final class RefDecisionTable {
  private RefDecisionTable() {}

  static void add(Tx tx, String repository, Decision decision, Instant now) {
    tx.update(
        "INSERT INTO ref_decision (repository, ref, sha, verdict, reason, run, asked_by, at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        repository,
        decision.ref(),
        decision.sha(),
        decision.verdict().name(),
        decision.reason(),
        decision.run(),
        decision.cause(),
        now);
  }
}
