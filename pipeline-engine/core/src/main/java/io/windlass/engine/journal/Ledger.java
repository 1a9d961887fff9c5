package io.windlass.engine.journal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The journal's rows. Every method works in the transaction that it is given. */
final class Ledger {
  private static final String OF = " WHERE kind = ? AND subject = ?";

  private final String journal;

  /**
   * Works under the journal's own name.
   *
   * @param journal see {@link EffectId#journal}
   */
  Ledger(String journal) {
    this.journal = journal;
  }

  record StoredState(long sequence, String state) {}

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

  record SetTimer(Subject subject, String name, long sequence, Instant due) {
    String dedupKey() {
      return "timer:" + name + "@" + sequence;
    }
  }

  record Mail(long position, String event, String dedupKey) {}

  Optional<StoredState> state(Tx tx, Subject subject) {
    return tx.session()
        .first(
            "SELECT sequence, state FROM journal_subject" + OF,
            rows -> new StoredState(rows.getLong(1), rows.getString(2)),
            subject.kind(),
            subject.key());
  }

  /** Whether the subject has taken, or keeps, an event of this key. */
  boolean heard(Tx tx, Subject subject, String dedupKey) {
    return tx.session()
        .first(
            "SELECT 1 FROM journal_transition" + OF + " AND dedup_key = ?",
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

  WaitingEffect addEffect(Tx tx, EffectId id, Kind.StoredEffect effect, Instant now) {
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

  List<WaitingEffect> waitingEffects(Tx tx) {
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
                    time(rows, "deadline"),
                    rows.getInt("attempts")));
  }

  /** What the effect is, while it is to be performed. */
  Optional<String> waitingEffect(Tx tx, EffectId id) {
    return tx.session()
        .first(
            "SELECT effect FROM journal_effect"
                + OF
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
                + OF
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
  boolean endEffect(
      Tx tx, EffectId id, EffectRow.Status status, Optional<String> error, Instant now) {
    return tx.session()
            .update(
                "UPDATE journal_effect SET status = ?, ended = ?, error = COALESCE(?, error)"
                    + OF
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

  void retryUnreadableEffects(Tx tx) {
    tx.session()
        .update(
            "UPDATE journal_effect SET status = 'WAITING', ended = NULL WHERE status = 'UNREADABLE'");
  }

  void setTimer(Tx tx, SetTimer timer, String event) {
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

  void cancelTimer(Tx tx, Subject subject, String name) {
    tx.session()
        .update(
            "DELETE FROM journal_timer" + OF + " AND name = ?",
            subject.kind(),
            subject.key(),
            name);
  }

  List<SetTimer> timers(Tx tx) {
    return tx.session()
        .list(
            "SELECT kind, subject, name, sequence, due FROM journal_timer",
            rows ->
                new SetTimer(
                    subject(rows),
                    rows.getString("name"),
                    rows.getLong("sequence"),
                    Instant.ofEpochMilli(rows.getLong("due"))));
  }

  /**
   * Takes a timer's row away and returns its event; empty when it was replaced, cancelled or has
   * fired.
   */
  Optional<String> takeTimer(Tx tx, SetTimer timer) {
    return tx.session()
        .first(
            "DELETE FROM journal_timer" + OF + " AND name = ? AND sequence = ? RETURNING event",
            row -> row.getString(1),
            timer.subject().kind(),
            timer.subject().key(),
            timer.name(),
            timer.sequence());
  }

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
    tx.session().update("DELETE FROM journal_parked" + OF, subject.kind(), subject.key());
  }

  boolean isParked(Tx tx, Subject subject) {
    return tx.session()
        .first(
            "SELECT 1 FROM journal_parked" + OF,
            row -> row.getInt(1),
            subject.kind(),
            subject.key())
        .isPresent();
  }

  List<Parked> parked(Tx tx) {
    return tx.session()
        .list(
            "SELECT kind, subject, since, reason, (SELECT COUNT(*) FROM journal_mail m WHERE m.kind = p.kind AND"
                + " m.subject = p.subject) AS mail FROM journal_parked p ORDER BY since, kind, subject",
            rows ->
                new Parked(
                    subject(rows),
                    Instant.ofEpochMilli(rows.getLong("since")),
                    rows.getString("reason"),
                    rows.getInt("mail")));
  }

  /** Keeps an event for a parked subject; false when it is kept already. */
  boolean keepMail(Tx tx, Subject subject, String event, String dedupKey, Instant now) {
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
                "SELECT position, event, dedup_key FROM journal_mail" + OF + " ORDER BY position",
                rows -> new Mail(rows.getLong(1), rows.getString(2), rows.getString(3)),
                subject.kind(),
                subject.key());
    tx.session().update("DELETE FROM journal_mail" + OF, subject.kind(), subject.key());
    return mail;
  }

  List<TransitionRow> history(Tx tx, Subject subject, long after, int limit) {
    return tx.session()
        .list(
            "SELECT sequence, at, event_type, event, state_type, dedup_key FROM journal_transition"
                + OF
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

  List<EffectRow> effects(Tx tx, Subject subject, long after, int limit) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence, idx, lane, effect_type, status, due, attempts, error, ended FROM journal_effect"
                + OF
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
                    time(rows, "ended")),
            subject.kind(),
            subject.key(),
            after,
            limit);
  }

  record OldRow(Subject subject, long sequence) {}

  /**
   * Transitions from before a time whose effects have all ended, but for each subject's last.
   * Scans, so it belongs on a reading connection.
   */
  List<OldRow> oldTransitions(Tx tx, Instant before, int limit) {
    return tx.session()
        .list(
            "SELECT kind, subject, sequence FROM journal_transition t WHERE at < ?"
                + " AND sequence < (SELECT s.sequence FROM journal_subject s WHERE s.kind = t.kind AND s.subject = t.subject)"
                + " AND NOT EXISTS (SELECT 1 FROM journal_effect e WHERE e.kind = t.kind AND e.subject = t.subject"
                + " AND e.sequence = t.sequence AND e.ended IS NULL) LIMIT ?",
            rows -> new OldRow(subject(rows), rows.getLong("sequence")),
            before,
            limit);
  }

  /** Subjects that nothing has moved since a time and that wait for nothing. Scans. */
  List<Subject> idle(Tx tx, String kind, Instant before, int limit) {
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
            Ledger::subject,
            kind,
            before,
            limit);
  }

  /** Forgets a subject, unless it was moved meanwhile. */
  void forget(Tx tx, Subject subject, Instant before) {
    int still =
        tx.session()
            .update(
                "DELETE FROM journal_subject" + OF + " AND changed < ?",
                subject.kind(),
                subject.key(),
                before);
    if (still == 1) {
      for (String table : List.of("journal_effect", "journal_transition")) {
        tx.session().update("DELETE FROM " + table + OF, subject.kind(), subject.key());
      }
    }
  }

  void forget(Tx tx, OldRow old) {
    Subject subject = old.subject();
    tx.session()
        .update(
            "DELETE FROM journal_effect" + OF + " AND sequence = ?",
            subject.kind(),
            subject.key(),
            old.sequence());
    tx.session()
        .update(
            "DELETE FROM journal_transition" + OF + " AND sequence = ?",
            subject.kind(),
            subject.key(),
            old.sequence());
  }

  private EffectId effectId(ResultSet rows) throws SQLException {
    return new EffectId(journal, subject(rows), rows.getLong("sequence"), rows.getInt("idx"));
  }

  private static Subject subject(ResultSet rows) throws SQLException {
    return new Subject(rows.getString("kind"), rows.getString("subject"));
  }

  private static @Nullable String text(ResultSet rows, String column) throws SQLException {
    return rows.getString(column);
  }

  private static Optional<Instant> time(ResultSet rows, String column) throws SQLException {
    long millis = rows.getLong(column);
    return rows.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
