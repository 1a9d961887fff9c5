package io.windlass.engine.repository;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.run.RunId;
import io.windlass.engine.source.RepositoryName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Repositories as API, pages and schedules see them, and what people may ask of them. */
public final class Repositories {
  private final Database database;
  private final Journal journal;

  public Repositories(Database database, Journal journal) {
    this.database = database;
    this.journal = journal;
  }

  /** A decision with its time and its place in the list. */
  public record Decided(long position, String repository, Decision decision, Instant at) {}

  /**
   * What a ref is known to name.
   *
   * @param ref full name, or {@code refs/pull/7/head}
   * @param decided false when it was only seen to be there
   * @param run the newest run of the ref
   */
  public record KnownHead(String ref, String sha, boolean decided, Optional<Long> run) {}

  /** A schedule of a repository's default branch. */
  public record Scheduled(String repository, ScheduleEntry entry) {}

  /**
   * What was made of the events about a repository's refs, newest first.
   *
   * @param before list what is older than this position; empty for the newest
   */
  public List<Decided> decisions(RepositoryName repository, Optional<Long> before, int limit) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT * FROM ref_decision WHERE repository = :repository AND id < :before ORDER BY id DESC LIMIT :limit")
            .bind("repository", repository.toString())
            .bind("before", before.orElse(Long.MAX_VALUE))
            .bind("limit", Math.clamp(limit, 1, 200))
            .map((row, context) -> decided(row))
            .list());
  }

  /** The schedules of every repository. */
  public List<Scheduled> schedules() {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT repository, cron, timezone FROM repository_schedule ORDER BY repository, cron, timezone")
            .map((row, context) ->
                new Scheduled(
                    row.getString("repository"),
                    new ScheduleEntry(row.getString("cron"), row.getString("timezone"))))
            .list());
  }

  /**
   * Reports that a schedule's time has come. Several servers may report the same time; it counts
   * once.
   */
  public void fire(Scheduled schedule, Instant fireTime) {
    String key =
        "schedule:" + schedule.entry().cron() + "/" + schedule.entry().timezone() + "@" + fireTime;
    journal.tell(
        subject(schedule.repository()),
        new RepositoryEvent.ScheduleFired(schedule.entry().cron(), fireTime),
        key);
  }

  /** Looks whether a commit was missed. */
  public void lookForMissed(RepositoryName repository, String cause) {
    journal.tell(
        subject(repository.toString()),
        new RepositoryEvent.HeadsWanted(cause),
        "heads:" + UUID.randomUUID());
  }

  /** Looks whether a pull request was missed, where the source host can be asked for them. */
  public void lookForMissedPullRequests(RepositoryName repository, String cause) {
    journal.tell(
        subject(repository.toString()),
        new RepositoryEvent.PullRequestsWanted(cause),
        "pull requests:" + UUID.randomUUID());
  }

  /**
   * Asks for a run of a commit.
   *
   * @param ref empty for the default branch
   * @param sha empty for whatever the ref names now
   * @param environment deploy to this one only; empty for all that the file deploys to
   */
  public void run(
      RepositoryName repository,
      Optional<String> ref,
      Optional<String> sha,
      Optional<String> environment,
      String who) {
    journal.tell(
        subject(repository.toString()),
        new RepositoryEvent.RunWanted(ref, sha, environment, who),
        "wanted:" + UUID.randomUUID());
  }

  /** The refs that moved last, newest first, at most 200. */
  public List<KnownHead> heads(RepositoryName repository, int limit) {
    return database.read(
        tx -> HeadTable.newest(tx, repository.toString(), Math.clamp(limit, 1, 200)));
  }

  /** What is known of a repository itself; empty when nothing was ever heard of it. */
  public Optional<RepositoryState> state(RepositoryName repository) {
    return journal.state(subject(repository.toString()), RepositoryState.class);
  }

  /** Removes what was made of events before a time from the list, and says how many. */
  public int forget(Instant before) {
    return database.removeInParts(
        (tx, most) ->
            tx.handle()
                .createQuery(
                    "SELECT id FROM ref_decision WHERE at < :before ORDER BY id LIMIT :most")
                .bind("before", before)
                .bind("most", most)
                .mapTo(Long.class)
                .list(),
        (tx, id) -> tx.update("DELETE FROM ref_decision WHERE id = ?", id));
  }

  /**
   * Forgets refs that were gone before a time, and says how many. A ref that comes back under the
   * same name counts its versions anew, so the timelines from back then must be gone before.
   */
  public int forgetGoneRefs(Instant before) {
    return journal.forget(
        RefMachine.KIND, before, (tx, subject) -> !HeadTable.has(tx, subject.key()));
  }

  /** The newest run of each ref that is there. */
  public Set<RunId> newestRuns() {
    return database.read(tx -> HeadTable.runs(tx));
  }

  private static Subject subject(String repository) {
    return RepositoryMachine.subject(repository);
  }

  private static Decided decided(ResultSet row) throws SQLException {
    long run = row.getLong("run");
    Optional<Long> number = row.wasNull() ? Optional.empty() : Optional.of(run);
    var decision =
        new Decision(
            row.getString("ref"),
            Optional.ofNullable(row.getString("sha")),
            Decision.Verdict.valueOf(row.getString("verdict")),
            row.getString("reason"),
            number,
            row.getString("asked_by"));
    return new Decided(
        row.getLong("id"),
        row.getString("repository"),
        decision,
        Instant.ofEpochMilli(row.getLong("at")));
  }
}
