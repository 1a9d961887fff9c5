package io.windlass.engine.journal;

import static io.windlass.engine.journal.Rows.OF_SUBJECT;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The effects that were asked for. */
final class EffectTable {
  private final String journal;

  /**
   * Works under the journal's own name.
   *
   * @param journal see {@link EffectId#journal}
   */
  EffectTable(String journal) {
    this.journal = journal;
  }

  /** An effect that is to be performed, without what it is. */
  record WaitingEffect(
      EffectId id,
      String lane,
      String type,
      Instant due,
      Optional<Instant> deadline,
      int attempts) {
    WaitingEffect again(Instant at) {
      return new WaitingEffect(id, lane, type, at, deadline, attempts + 1);
    }
  }

  WaitingEffect add(Tx tx, EffectId id, Kind.StoredEffect effect, Instant now) {
    Instant due = effect.notBefore().orElse(now);
    tx.session()
        .update(
            "INSERT INTO journal_effect (kind, subject, sequence, idx, lane, effect_type, effect, status, due, deadline, attempts)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, 'WAITING', ?, ?, 0)",
            id.subject().kind(),
            id.subject().key(),
            id.sequence(),
            id.index(),
            effect.lane(),
            effect.type(),
            effect.json(),
            due,
            effect.deadline());
    return new WaitingEffect(id, effect.lane(), effect.type(), due, effect.deadline(), 0);
  }

  List<WaitingEffect> waiting(Tx tx) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence, idx, lane, effect_type, due, deadline, attempts FROM journal_effect"
                + " WHERE status = 'WAITING' ORDER BY position",
            rows ->
                new WaitingEffect(
                    effectId(rows),
                    rows.getString("lane"),
                    rows.getString("effect_type"),
                    Instant.ofEpochMilli(rows.getLong("due")),
                    Rows.time(rows, "deadline"),
                    rows.getInt("attempts")));
  }

  /** What the effect is, while it is to be performed. */
  Optional<String> json(Tx tx, EffectId id) {
    return tx.session()
        .first(
            "SELECT effect FROM journal_effect"
                + OF_SUBJECT
                + " AND sequence = ? AND idx = ? AND status = 'WAITING'",
            row -> row.getString(1),
            id.subject().kind(),
            id.subject().key(),
            id.sequence(),
            id.index());
  }

  void postpone(Tx tx, WaitingEffect effect, String error) {
    EffectId id = effect.id();
    tx.session()
        .update(
            "UPDATE journal_effect SET due = ?, attempts = ?, error = ?"
                + OF_SUBJECT
                + " AND sequence = ? AND idx = ?",
            effect.due(),
            effect.attempts(),
            error,
            id.subject().kind(),
            id.subject().key(),
            id.sequence(),
            id.index());
  }

  /** Ends an effect; false when it had ended before. */
  boolean end(Tx tx, EffectId id, EffectRow.Status status, Optional<String> error, Instant now) {
    return tx.session()
            .update(
                "UPDATE journal_effect SET status = ?, ended = ?, error = COALESCE(?, error)"
                    + OF_SUBJECT
                    + " AND sequence = ? AND idx = ? AND status = 'WAITING'",
                status.name(),
                now,
                error,
                id.subject().kind(),
                id.subject().key(),
                id.sequence(),
                id.index())
        == 1;
  }

  void retryUnreadable(Tx tx) {
    tx.session()
        .update(
            "UPDATE journal_effect SET status = 'WAITING', ended = NULL WHERE status = 'UNREADABLE'");
  }

  List<EffectRow> of(Tx tx, Subject subject, long after, int limit) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence, idx, lane, effect_type, status, due, attempts, error, ended FROM journal_effect"
                + OF_SUBJECT
                + " AND sequence > ? ORDER BY sequence, idx LIMIT ?",
            rows ->
                new EffectRow(
                    effectId(rows),
                    rows.getString("lane"),
                    rows.getString("effect_type"),
                    EffectRow.Status.valueOf(rows.getString("status")),
                    Instant.ofEpochMilli(rows.getLong("due")),
                    rows.getInt("attempts"),
                    Optional.ofNullable(text(rows, "error")),
                    Rows.time(rows, "ended")),
            subject.kind(),
            subject.key(),
            after,
            limit);
  }

  private EffectId effectId(ResultSet rows) throws SQLException {
    return new EffectId(journal, Rows.subject(rows), rows.getLong("sequence"), rows.getInt("idx"));
  }

  private static @Nullable String text(ResultSet rows, String column) throws SQLException {
    return rows.getString(column);
  }
}
