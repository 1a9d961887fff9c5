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
    return database.removeInParts(
        (tx, most) -> oldTransitions(tx, before, most), Forgetting::forget);
  }

  /** See {@link Journal#forget(String, Instant, Journal.Going)}. */
  int subjects(String kind, Instant before, Journal.Going going) {
    int forgotten = 0;
    String after = "";
    while (true) {
      String last = after;
      List<Subject> idle = database.read(tx -> idle(tx, kind, before, last));
      forgotten += database.write(tx -> forget(tx, idle, before, going));
      if (idle.size() < AT_ONCE) {
        return forgotten;
      }
      after = idle.getLast().key();
    }
  }

  /**
   * Transitions from before a time whose effects have all ended, but for each subject's last.
   * Scans, so it belongs on a reading connection.
   */
  private static List<OldRow> oldTransitions(Tx tx, Instant before, int most) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence FROM journal_transition t WHERE at < ?"
                + " AND sequence < (SELECT s.sequence FROM journal_subject s WHERE s.kind = t.kind AND s.subject = t.subject)"
                + " AND NOT EXISTS (SELECT 1 FROM journal_effect e WHERE e.kind = t.kind AND e.subject = t.subject"
                + " AND e.sequence = t.sequence AND e.ended IS NULL) LIMIT ?",
            rows -> new OldRow(Rows.subject(rows), rows.getLong("sequence")),
            before,
            most);
  }

  /**
   * Subjects that nothing has moved since a time and that wait for nothing, by their keys. Scans.
   *
   * @param after the last key of the part before
   */
  private static List<Subject> idle(Tx tx, String kind, Instant before, String after) {
    String ofS = " WHERE o.kind = s.kind AND o.subject = s.subject";
    return tx.session()
        .list(
            "SELECT kind, subject FROM journal_subject s WHERE kind = ? AND subject > ? AND changed < ?"
                + " AND NOT EXISTS (SELECT 1 FROM journal_effect o"
                + ofS
                + " AND o.ended IS NULL)"
                + " AND NOT EXISTS (SELECT 1 FROM journal_timer o"
                + ofS
                + ") AND NOT EXISTS (SELECT 1 FROM journal_parked o"
                + ofS
                + ") ORDER BY subject LIMIT ?",
            Rows::subject,
            kind,
            after,
            before,
            AT_ONCE);
  }

  /** Forgets those that may go and that were not moved meanwhile, and says how many. */
  private static int forget(Tx tx, List<Subject> idle, Instant before, Journal.Going going) {
    int forgotten = 0;
    for (Subject subject : idle) {
      if (unmoved(tx, subject, before) && going.goes(tx, subject)) {
        for (String table : List.of("journal_subject", "journal_effect", "journal_transition")) {
          tx.session().update("DELETE FROM " + table + OF_SUBJECT, subject.kind(), subject.key());
        }
        forgotten++;
      }
    }
    return forgotten;
  }

  private static boolean unmoved(Tx tx, Subject subject, Instant before) {
    return tx.session()
        .first(
            "SELECT 1 FROM journal_subject" + OF_SUBJECT + " AND changed < ?",
            row -> row.getInt(1),
            subject.kind(),
            subject.key(),
            before)
        .isPresent();
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
