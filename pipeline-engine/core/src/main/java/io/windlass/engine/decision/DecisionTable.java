package io.windlass.engine.decision;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.StoredForm;
import io.windlass.scaler.control.DecisionLog;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.fleet.FleetId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The decision log in the table {@code decision}, and the memory of each fleet beside it in {@code
 * decision_memory}. A row that shares evaluations is replaced in place, so the table grows by what
 * changed and not by the tick.
 */
public final class DecisionTable implements DecisionLog {
  private static final int MOST_LISTED = 1_000;

  private final Database database;

  public DecisionTable(Database database) {
    this.database = database;
  }

  @Override
  public void write(LoggedDecision row, Memory memory) {
    String fleet = row.decision().fleet().toString();
    String body = StoredForm.write(LoggedDecision.class, row);
    String remembered = StoredForm.write(Memory.class, memory);
    database.run(tx -> {
      tx.handle()
          .createUpdate(
              """
              INSERT INTO decision (fleet, sequence, at, changed, body) VALUES (:fleet, :sequence, :at, :changed, :body)
              ON CONFLICT (fleet, sequence) DO UPDATE SET at = excluded.at, changed = excluded.changed, body = excluded.body\
              """)
          .bind("fleet", fleet)
          .bind("sequence", row.sequence())
          .bind("at", row.last().toEpochMilli())
          .bind("changed", row.decision().changes() ? 1 : 0)
          .bind("body", body)
          .execute();
      tx.handle()
          .createUpdate(
              """
              INSERT INTO decision_memory (fleet, sequence, body) VALUES (:fleet, :sequence, :body)
              ON CONFLICT (fleet) DO UPDATE SET sequence = excluded.sequence, body = excluded.body\
              """)
          .bind("fleet", fleet)
          .bind("sequence", row.sequence())
          .bind("body", remembered)
          .execute();
    });
  }

  @Override
  public Optional<Remembered> latest(FleetId fleet) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                """
                SELECT d.body AS row_body, m.body AS memory_body FROM decision_memory m
                JOIN decision d ON d.fleet = m.fleet AND d.sequence = m.sequence WHERE m.fleet = :fleet\
                """)
            .bind("fleet", fleet.toString())
            .map((rs, _) ->
                new Remembered(
                    StoredForm.read(LoggedDecision.class, rs.getString("row_body")),
                    StoredForm.read(Memory.class, rs.getString("memory_body"))))
            .findOne());
  }

  @Override
  public List<LoggedDecision> recent(FleetId fleet, int limit) {
    return list(fleet, Long.MAX_VALUE, limit, false);
  }

  /**
   * A fleet's rows, newest first.
   *
   * @param before only rows with a lower sequence
   * @param changesOnly only those that gave the fleet another size, or would have
   */
  public List<LoggedDecision> list(FleetId fleet, long before, int limit, boolean changesOnly) {
    return database
        .read(tx ->
            tx.handle()
                .createQuery(
                    """
                    SELECT body FROM decision WHERE fleet = :fleet AND sequence < :before AND changed >= :changed
                    ORDER BY sequence DESC LIMIT :limit\
                    """)
                .bind("fleet", fleet.toString())
                .bind("before", before)
                .bind("changed", changesOnly ? 1 : 0)
                .bind("limit", Math.clamp(limit, 1, MOST_LISTED))
                .mapTo(String.class)
                .list())
        .stream()
        .map(body -> StoredForm.read(LoggedDecision.class, body))
        .toList();
  }

  private record Key(String fleet, long sequence) {}

  /** Removes rows older than {@code before} but for each fleet's newest, and says how many. */
  public int forget(Instant before) {
    return database.removeInParts(
        (tx, most) ->
            tx.handle()
                .createQuery(
                    """
                    SELECT fleet, sequence FROM decision d WHERE at < :before AND NOT EXISTS
                    (SELECT 1 FROM decision_memory m WHERE m.fleet = d.fleet AND m.sequence = d.sequence) LIMIT :most\
                    """)
                .bind("before", before)
                .bind("most", most)
                .map((row, _) -> new Key(row.getString("fleet"), row.getLong("sequence")))
                .list(),
        (tx, key) ->
            tx.update(
                "DELETE FROM decision WHERE fleet = ? AND sequence = ?",
                key.fleet(),
                key.sequence()));
  }
}
