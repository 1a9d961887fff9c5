package io.windlass.engine.repository;

import io.windlass.engine.journal.Tx;
import io.windlass.engine.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The table {@code ref_head}: what each ref named when it was last decided or seen. */
final class HeadTable {
  private HeadTable() {}

  /** What the search for missed commits compares. */
  record Known(long version, String sha) {}

  static void put(Tx tx, String repository, String ref, Head head, Instant now) {
    tx.update(
        "INSERT INTO ref_head (repository, ref, sha, decided, version, run, at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repository, ref) DO UPDATE SET"
            + " sha = excluded.sha, decided = excluded.decided, version = excluded.version,"
            + " run = excluded.run, at = excluded.at",
        repository,
        ref,
        head.sha(),
        head.decided() ? 1 : 0,
        head.version(),
        head.run(),
        now);
  }

  static void remove(Tx tx, String repository, String ref) {
    tx.update("DELETE FROM ref_head WHERE repository = ? AND ref = ?", repository, ref);
  }

  /** Branches and tags, without pull requests. */
  static Map<String, Known> branchesAndTags(Tx tx, String repository) {
    return known(tx, repository, "(ref LIKE 'refs/heads/%' OR ref LIKE 'refs/tags/%')");
  }

  static Map<String, Known> pullRequests(Tx tx, String repository) {
    return known(tx, repository, "ref LIKE 'refs/pull/%'");
  }

  private static Map<String, Known> known(Tx tx, String repository, String condition) {
    return tx.handle()
        .createQuery(
            "SELECT ref, sha, version FROM ref_head WHERE repository = :repository AND "
                + condition)
        .bind("repository", repository)
        .map((row, _) ->
            Map.entry(
                row.getString("ref"), new Known(row.getLong("version"), row.getString("sha"))))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /**
   * Whether the ref names anything.
   *
   * @param key of its machine's subject
   */
  static boolean has(Tx tx, String key) {
    RefState ref = RefState.of(key);
    return tx.handle()
        .createQuery("SELECT 1 FROM ref_head WHERE repository = :repository AND ref = :ref")
        .bind("repository", ref.repository())
        .bind("ref", ref.ref())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** The newest run of each ref. */
  static Set<RunId> runs(Tx tx) {
    return tx.handle()
        .createQuery("SELECT repository, run FROM ref_head WHERE run IS NOT NULL")
        .map((row, _) -> new RunId(row.getString("repository"), row.getLong("run")))
        .set();
  }

  /** Those that moved last, newest first. */
  static List<Repositories.KnownHead> newest(Tx tx, String repository, int limit) {
    return tx.handle()
        .createQuery(
            """
            SELECT ref, sha, decided, run FROM ref_head
            WHERE repository = :repository ORDER BY at DESC, ref LIMIT :limit
            """)
        .bind("repository", repository)
        .bind("limit", limit)
        .map((row, _) -> {
          long number = row.getLong("run");
          Optional<Long> run = row.wasNull() ? Optional.empty() : Optional.of(number);
          return new Repositories.KnownHead(
              row.getString("ref"), row.getString("sha"), row.getInt("decided") == 1, run);
        })
        .list();
  }
}
