package io.windlass.engine.rollout;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.StoredForm;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.ReleaseJson;
import io.windlass.engine.run.RunId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Releases as API and pages see them. */
public final class Releases {
  private final Database database;

  public Releases(Database database) {
    this.database = database;
  }

  /**
   * A release and what became of it.
   *
   * @param run that made it
   * @param wasLive whether it ever served: only such a release is good to return to
   * @param cause why it did not come to serve
   */
  public record Listed(
      Release release, Optional<Long> run, Status status, boolean wasLive, Optional<String> cause) {
    /** What became of a release. */
    public enum Status {
      ROLLING,
      LIVE,
      REPLACED,
      RETURNED,
      FAILED,
      ERRORED
    }
  }

  /**
   * An environment's releases, newest first.
   *
   * @param before list what is older than this number; empty for the newest
   */
  public List<Listed> list(EnvironmentId environment, Optional<Long> before, int limit) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT * FROM environment_release WHERE environment = :environment AND number < :before ORDER BY number DESC LIMIT :limit")
            .bind("environment", environment.toString())
            .bind("before", before.orElse(Long.MAX_VALUE))
            .bind("limit", Math.clamp(limit, 1, 200))
            .map((row, context) -> listed(row))
            .list());
  }

  /** One release. */
  public Optional<Listed> one(ReleaseId id) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT * FROM environment_release WHERE environment = :environment AND number = :number")
            .bind("environment", id.environment().toString())
            .bind("number", id.number())
            .map((row, context) -> listed(row))
            .findOne());
  }

  /** The policies in force when the release served last; empty where it never served. */
  public Optional<Policies> policies(ReleaseId id) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT policies FROM environment_release WHERE environment = :environment AND number = :number AND policies IS NOT NULL")
            .bind("environment", id.environment().toString())
            .bind("number", id.number())
            .mapTo(String.class)
            .findOne()
            .map(json -> StoredForm.read(Policies.class, json)));
  }

  /** The newest release before this number that ever served. */
  Optional<Listed> servedBefore(EnvironmentId environment, long number) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT * FROM environment_release WHERE environment = :environment AND number < :number AND was_live = 1"
                    + " ORDER BY number DESC LIMIT 1")
            .bind("environment", environment.toString())
            .bind("number", number)
            .map((row, context) -> listed(row))
            .findOne());
  }

  /**
   * The digests of images that must not be removed: those of releases that serve or roll out, and
   * of the last ones that served, which people return to.
   */
  public Set<String> neededDigests(int lastServed) {
    Set<String> digests = new TreeSet<>();
    List<String> environments =
        database.read(tx ->
            tx.handle()
                .createQuery("SELECT environment FROM environment")
                .mapTo(String.class)
                .list());
    for (String environment : environments) {
      List<Listed> needed =
          database.read(tx ->
              tx.handle()
                  .createQuery(
                      """
                      SELECT * FROM environment_release WHERE environment = :environment
                      AND (status IN ('LIVE', 'ROLLING') OR number IN (SELECT number FROM environment_release
                        WHERE environment = :environment AND was_live = 1 ORDER BY number DESC LIMIT :last))
                      """)
                  .bind("environment", environment)
                  .bind("last", lastServed)
                  .map((row, context) -> listed(row))
                  .list());
      needed.forEach(listed ->
          listed.release().images().values().forEach(image -> digests.add(image.digest())));
    }
    return digests;
  }

  /**
   * Forgets releases that were made before a time, and says how many: none that serves or rolls
   * out, and none of the last ones of each environment that served.
   */
  public int forget(Instant before, int lastServed) {
    return database.removeInParts(
        (tx, most) ->
            tx.handle()
                .createQuery(
                    """
                    SELECT environment, number FROM environment_release r
                    WHERE created < :before AND status NOT IN ('LIVE', 'ROLLING') AND number NOT IN
                    (SELECT number FROM environment_release s WHERE s.environment = r.environment AND was_live = 1
                      ORDER BY number DESC LIMIT :last)
                    LIMIT :most
                    """)
                .bind("before", before)
                .bind("last", lastServed)
                .bind("most", most)
                .map((row, _) ->
                    new ReleaseId(
                        EnvironmentId.parse(row.getString("environment")), row.getLong("number")))
                .list(),
        (tx, id) ->
            tx.update(
                "DELETE FROM environment_release WHERE environment = ? AND number = ? AND status NOT IN ('LIVE', 'ROLLING')",
                id.environment().toString(),
                id.number()));
  }

  /** The runs that made the releases which are known. */
  public Set<RunId> runs() {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT environment, run FROM environment_release WHERE run IS NOT NULL")
            .map((row, _) ->
                new RunId(
                    EnvironmentId.parse(row.getString("environment")).repository(),
                    row.getLong("run")))
            .set());
  }

  private static Listed listed(ResultSet row) throws SQLException {
    long run = row.getLong("run");
    Optional<Long> number = row.wasNull() ? Optional.empty() : Optional.of(run);
    return new Listed(
        ReleaseJson.read(row.getString("body")),
        number,
        Listed.Status.valueOf(row.getString("status")),
        row.getLong("was_live") == 1,
        Optional.ofNullable(row.getString("cause")));
  }
}
