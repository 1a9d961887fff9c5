package io.windlass.engine.journal;

import static io.windlass.engine.journal.Rows.OF_SUBJECT;

import java.time.Instant;
import java.util.List;

/** The subjects that cannot be moved, and what they are told meanwhile. */
final class ParkedTable {
  record Mail(long position, String event, String dedupKey) {}

  void park(Tx tx, Subject subject, String reason, Instant now) {
    tx.session()
        .update(
            "INSERT INTO journal_parked (kind, subject, since, reason) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (kind, subject) DO UPDATE SET reason = excluded.reason",
            subject.kind(),
            subject.key(),
            now,
            reason);
  }

  void unpark(Tx tx, Subject subject) {
    tx.session().update("DELETE FROM journal_parked" + OF_SUBJECT, subject.kind(), subject.key());
  }

  boolean holds(Tx tx, Subject subject) {
    return tx.session()
        .first(
            "SELECT 1 FROM journal_parked" + OF_SUBJECT,
            row -> row.getInt(1),
            subject.kind(),
            subject.key())
        .isPresent();
  }

  List<Parked> all(Tx tx) {
    return tx.session()
        .list(
            "SELECT kind, subject, since, reason, (SELECT COUNT(*) FROM journal_mail m WHERE m.kind = p.kind AND"
                + " m.subject = p.subject) AS mail FROM journal_parked p ORDER BY since, kind, subject",
            rows ->
                new Parked(
                    Rows.subject(rows),
                    Instant.ofEpochMilli(rows.getLong("since")),
                    rows.getString("reason"),
                    rows.getInt("mail")));
  }

  /** Keeps an event for a parked subject; false when it is kept already. */
  boolean keep(Tx tx, Subject subject, String event, String dedupKey, Instant now) {
    return tx.session()
            .update(
                "INSERT INTO journal_mail (kind, subject, at, event, dedup_key) VALUES (?, ?, ?, ?, ?)"
                    + " ON CONFLICT (kind, subject, dedup_key) DO NOTHING",
                subject.kind(),
                subject.key(),
                now,
                event,
                dedupKey)
        == 1;
  }

  List<Mail> takeMail(Tx tx, Subject subject) {
    List<Mail> mail =
        tx.session()
            .list(
                "SELECT position, event, dedup_key FROM journal_mail"
                    + OF_SUBJECT
                    + " ORDER BY position",
                rows -> new Mail(rows.getLong(1), rows.getString(2), rows.getString(3)),
                subject.kind(),
                subject.key());
    tx.session().update("DELETE FROM journal_mail" + OF_SUBJECT, subject.kind(), subject.key());
    return mail;
  }
}
