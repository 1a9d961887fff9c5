package io.windlass.engine.journal;

import static io.windlass.engine.journal.Rows.OF_SUBJECT;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How each subject stands, and how it came there. */
final class SubjectTable {
  record StoredState(long sequence, String state) {}

  Optional<StoredState> state(Tx tx, Subject subject) {
    return tx.session()
        .first(
            "SELECT sequence, state FROM journal_subject" + OF_SUBJECT,
            rows -> new StoredState(rows.getLong(1), rows.getString(2)),
            subject.kind(),
            subject.key());
  }

  /** Whether the subject has taken, or keeps, an event of this key. */
  boolean heard(Tx tx, Subject subject, String dedupKey) {
    return tx.session()
        .first(
            "SELECT 1 FROM journal_transition" + OF_SUBJECT + " AND dedup_key = ?",
            row -> row.getInt(1),
            subject.kind(),
            subject.key(),
            dedupKey)
        .isPresent();
  }

  void write(
      Tx tx,
      Subject subject,
      long sequence,
      Kind.Told told,
      Kind.Step step,
      String dedupKey,
      Instant now) {
    tx.session()
        .update(
            "INSERT INTO journal_transition (kind, subject, sequence, at, event_type, event, state_type, dedup_key)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            subject.kind(),
            subject.key(),
            sequence,
            now,
            told.type(),
            told.json(),
            step.stateType(),
            dedupKey);
    tx.session()
        .update(
            "INSERT INTO journal_subject (kind, subject, sequence, state, created, changed) VALUES (?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (kind, subject) DO UPDATE SET sequence = excluded.sequence, state = excluded.state,"
                + " changed = excluded.changed",
            subject.kind(),
            subject.key(),
            sequence,
            step.state(),
            now,
            now);
  }

  List<TransitionRow> history(Tx tx, Subject subject, long after, int limit) {
    return tx.session()
        .list(
            "SELECT sequence, at, event_type, event, state_type, dedup_key FROM journal_transition"
                + OF_SUBJECT
                + " AND sequence > ? ORDER BY sequence LIMIT ?",
            rows ->
                new TransitionRow(
                    subject,
                    rows.getLong(1),
                    Instant.ofEpochMilli(rows.getLong(2)),
                    rows.getString(3),
                    rows.getString(4),
                    rows.getString(5),
                    rows.getString(6)),
            subject.kind(),
            subject.key(),
            after,
            limit);
  }
}
