package io.windlass.webhooks.delivery;

import io.windlass.engine.journal.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The deliveries that were stored, newest first. */
public final class Deliveries {
  /** So many are listed at a time at the most. */
  public static final int PAGE = 200;

  /**
   * One delivery in the list.
   *
   * @param repository empty where it is about none that we serve
   * @param fate accepted, answered, ignored or malformed
   * @param reason why, where nothing came of it
   */
  public record Row(
      String id,
      String event,
      String hook,
      Optional<String> repository,
      Instant received,
      long bytes,
      String fate,
      String reason) {}

  /**
   * A part of the list.
   *
   * @param next what to pass as {@code before} for the part that follows; empty at the end
   */
  public record Page(List<Row> items, Optional<String> next) {}

  private final Database database;

  public Deliveries(Database database) {
    this.database = database;
  }

  /** How many have been stored. */
  public long count() {
    return database.read(
        tx -> tx.handle().createQuery("SELECT COUNT(*) FROM delivery").mapTo(Long.class).one());
  }

  /** One delivery. */
  public Optional<Row> find(String id) {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT * FROM delivery WHERE id = :id")
            .bind("id", id)
            .map((rs, _) -> row(rs))
            .findOne());
  }

  /**
   * Lists deliveries, newest first.
   *
   * @param repository only those about it
   * @param before the cursor of a page before
   * @param limit how many at the most
   */
  public Page list(Optional<String> repository, Optional<String> before, int limit) {
    int most = Math.clamp(limit, 1, PAGE);
    List<Row> rows = database.read(tx -> query(tx.handle(), repository, before, most + 1));
    if (rows.size() <= most) {
      return new Page(rows, Optional.empty());
    }
    Row last = rows.get(most - 1);
    return new Page(
        rows.subList(0, most), Optional.of(last.received().toEpochMilli() + "-" + last.id()));
  }

  /** Removes those that were received before a time from the list, and says how many. */
  public int forget(Instant before) {
    return database.removeInParts(
        (tx, most) ->
            tx.handle()
                .createQuery("SELECT id FROM delivery WHERE received < :before LIMIT :most")
                .bind("before", before)
                .bind("most", most)
                .mapTo(String.class)
                .list(),
        (tx, id) -> tx.update("DELETE FROM delivery WHERE id = ?", id));
  }

  private static List<Row> query(
      Handle handle, Optional<String> repository, Optional<String> before, int most) {
    long time = before.flatMap(Deliveries::time).orElse(Long.MAX_VALUE);
    String id = before.map(cursor -> cursor.substring(cursor.indexOf('-') + 1)).orElse("");
    return handle
        .createQuery(
            """
            SELECT * FROM delivery
            WHERE (received < :time OR (received = :time AND id < :id)) AND (:repository = '' OR repository = :repository)
            ORDER BY received DESC, id DESC LIMIT :most\
            """)
        .bind("time", time)
        .bind("id", id)
        .bind("repository", repository.orElse(""))
        .bind("most", most)
        .map((rs, _) -> row(rs))
        .list();
  }

  private static Optional<Long> time(String cursor) {
    try {
      return Optional.of(Long.parseLong(cursor, 0, Math.max(cursor.indexOf('-'), 0), 10));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Row row(ResultSet rs) throws SQLException {
    return new Row(
        rs.getString("id"),
        rs.getString("event"),
        rs.getString("hook"),
        Optional.of(rs.getString("repository")).filter(name -> !name.isEmpty()),
        Instant.ofEpochMilli(rs.getLong("received")),
        rs.getLong("bytes"),
        rs.getString("fate"),
        rs.getString("reason"));
  }
}
