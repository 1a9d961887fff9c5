package io.windlass.engine.journal;

import static io.windlass.engine.journal.Rows.OF_SUBJECT;

import java.time.Instant;
import java.util.List;

/**
 * Takes away what is over and old: a part at a time, so that nobody waits long for the database.
 */
final class Forgetting {
  private static final int AT_ONCE = 500;

  private final Database database;

  Forgetting(Database database) {
    this.database = database;
  }

  private record OldRow(Subject subject, long sequence) {}

  /** See {@link Journal#trim}. */
  int timelines(Instant before) {
    int forgotten = 0;
    while (true) {
      List<OldRow> old = database.read(tx -> oldTransitions(tx, before));
      database.run(tx -> old.forEach(row -> forget(tx, row)));
      forgotten += old.size();
      if (old.size() < AT_ONCE) {
        return forgotten;
      }
    }
  }

  /** See {@link Journal#forget}. */
  int subjects(String kind, Instant before) {
    int forgotten = 0;
    while (true) {
      List<Subject> idle = database.read(tx -> idle(tx, kind, before));
      database.run(tx -> idle.forEach(subject -> forget(tx, subject, before)));
      forgotten += idle.size();
      if (idle.size() < AT_ONCE) {
        return forgotten;
      }
    }
  }

  /**
   * Transitions from before a time whose effects have all ended, but for each subject's last.
   * Scans, so it belongs on a reading connection.
   */
  private static List<OldRow> oldTransitions(Tx tx, Instant before) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence FROM journal_transition t WHERE at < ?"
                + " AND sequence < (SELECT s.sequence FROM journal_subject s WHERE s.kind = t.kind AND s.subject = t.subject)"
                + " AND NOT EXISTS (SELECT 1 FROM journal_effect e WHERE e.kind = t.kind AND e.subject = t.subject"
                + " AND e.sequence = t.sequence AND e.ended IS NULL) LIMIT ?",
            rows -> new OldRow(Rows.subject(rows), rows.getLong("sequence")),
            before,
            AT_ONCE);
  }

  /** Subjects that nothing has moved since a time and that wait for nothing. Scans. */
  private static List<Subject> idle(Tx tx, String kind, Instant before) {
    String ofS = " WHERE o.kind = s.kind AND o.subject = s.subject";
    return tx.session()
        .list(
            "SELECT kind, subject FROM journal_subject s WHERE kind = ? AND changed < ?"
                + " AND NOT EXISTS (SELECT 1 FROM journal_effect o"
                + ofS
                + " AND o.ended IS NULL)"
                + " AND NOT EXISTS (SELECT 1 FROM journal_timer o"
                + ofS
                + ") AND NOT EXISTS (SELECT 1 FROM journal_parked o"
                + ofS
                + ") LIMIT ?",
            Rows::subject,
            kind,
            before,
            AT_ONCE);
  }

  /** Forgets a subject, unless it was moved meanwhile. */
  private static void forget(Tx tx, Subject subject, Instant before) {
    int still =
        tx.session()
            .update(
                "DELETE FROM journal_subject" + OF_SUBJECT + " AND changed < ?",
                subject.kind(),
                subject.key(),
                before);
    if (still == 1) {
      for (String table : List.of("journal_effect", "journal_transition")) {
        tx.session().update("DELETE FROM " + table + OF_SUBJECT, subject.kind(), subject.key());
      }
    }
  }

  private static void forget(Tx tx, OldRow old) {
    Subject subject = old.subject();
    tx.session()
        .update(
            "DELETE FROM journal_effect" + OF_SUBJECT + " AND sequence = ?",
            subject.kind(),
            subject.key(),
            old.sequence());
    tx.session()
        .update(
            "DELETE FROM journal_transition" + OF_SUBJECT + " AND sequence = ?",
            subject.kind(),
            subject.key(),
            old.sequence());
  }
}
