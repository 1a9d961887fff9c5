package io.windlass.engine.journal;

import static io.windlass.engine.journal.Rows.OF_SUBJECT;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The timers that are set. */
final class TimerTable {
  record SetTimer(Subject subject, String name, long sequence, Instant due) {
    String dedupKey() {
      return "timer:" + name + "@" + sequence;
    }
  }

  void set(Tx tx, SetTimer timer, String event) {
    tx.session()
        .update(
            "INSERT INTO journal_timer (kind, subject, name, sequence, due, event) VALUES (?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (kind, subject, name) DO UPDATE SET sequence = excluded.sequence, due = excluded.due,"
                + " event = excluded.event",
            timer.subject().kind(),
            timer.subject().key(),
            timer.name(),
            timer.sequence(),
            timer.due(),
            event);
  }

  void cancel(Tx tx, Subject subject, String name) {
    tx.session()
        .update(
            "DELETE FROM journal_timer" + OF_SUBJECT + " AND name = ?",
            subject.kind(),
            subject.key(),
            name);
  }

  List<SetTimer> all(Tx tx) {
    return tx.session()
        .list(
            "SELECT kind, subject, name, sequence, due FROM journal_timer",
            rows ->
                new SetTimer(
                    Rows.subject(rows),
                    rows.getString("name"),
                    rows.getLong("sequence"),
                    Instant.ofEpochMilli(rows.getLong("due"))));
  }

  /**
   * Takes a timer's row away and returns its event; empty when it was replaced, cancelled or has
   * fired.
   */
  Optional<String> take(Tx tx, SetTimer timer) {
    return tx.session()
        .first(
            "DELETE FROM journal_timer"
                + OF_SUBJECT
                + " AND name = ? AND sequence = ? RETURNING event",
            row -> row.getString(1),
            timer.subject().kind(),
            timer.subject().key(),
            timer.name(),
            timer.sequence());
  }
}
