package io.windlass.engine.run;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Tx;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;

/** Runs as API and pages see them, and what people may ask of them. */
public final class Runs {
  /** The most that one page of a list may hold. */
  public static final int MOST_LISTED = 200;

  private static final int TIMELINE = 1_000;
  private static final String COLUMNS =
      "id, repository, number, kind, ref, sha, title, author, pull_request, asked_by, status, cause, created, ended";

  private final Database database;
  private final Journal journal;
  private final RunFiles files;

  public Runs(Database database, Journal journal, RunFiles files) {
    this.database = database;
    this.journal = journal;
    this.files = files;
  }

  /**
   * Which runs to list.
   *
   * @param ref full name, {@code refs/heads/main}
   * @param before list what is older than this position; empty for the newest
   */
  public record Filter(
      Optional<String> repository,
      Optional<RunSummary.Status> status,
      Optional<String> ref,
      Optional<String> sha,
      Optional<Long> before,
      int limit) {
    public static final Filter NEWEST =
        new Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            50);
  }

  /** Runs that fit the filter, newest first. */
  public List<RunSummary> list(Filter filter) {
    List<String> where = new ArrayList<>();
    filter.repository().ifPresent(any -> where.add("repository = :repository"));
    filter.status().ifPresent(any -> where.add("status = :status"));
    filter.ref().ifPresent(any -> where.add("ref = :ref"));
    filter.sha().ifPresent(any -> where.add("sha = :sha"));
    filter.before().ifPresent(any -> where.add("id < :before"));
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM run"
            + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
            + " ORDER BY id DESC LIMIT :limit";
    return database.read(tx -> {
      Query query =
          tx.handle().createQuery(sql).bind("limit", Math.clamp(filter.limit(), 1, MOST_LISTED));
      filter.repository().ifPresent(value -> query.bind("repository", value));
      filter.status().ifPresent(value -> query.bind("status", value.name()));
      filter.ref().ifPresent(value -> query.bind("ref", value));
      filter.sha().ifPresent(value -> query.bind("sha", value));
      filter.before().ifPresent(value -> query.bind("before", value));
      return query.map((row, context) -> summary(row)).list();
    });
  }

  /** The whole of one run. */
  public Optional<RunDetail> one(RunId id) {
    Optional<RunState> state = journal.state(RunMachine.subject(id), RunState.class);
    Optional<RunSummary> summary = database.read(tx -> summary(tx, id));
    if (state.isEmpty() || summary.isEmpty()) {
      return Optional.empty();
    }
    List<RunDetail.StepView> steps =
        state.get().plan().steps().values().stream()
            .map(planned -> view(planned, state.get()))
            .toList();
    List<RunDetail.Moment> timeline =
        journal.history(RunMachine.subject(id), 0, TIMELINE).stream()
            .map(row -> new RunDetail.Moment(row.at(), row.event()))
            .toList();
    return Optional.of(
        new RunDetail(
            summary.get(),
            state.get().phase().name(),
            steps,
            state.get().image(),
            state.get().deployments(),
            state.get().problems(),
            timeline));
  }

  private static RunDetail.StepView view(RunPlan.PlannedStep planned, RunState state) {
    StepState step = state.steps().getOrDefault(planned.name(), StepState.PENDING);
    return new RunDetail.StepView(
        planned.name(),
        planned.command(),
        planned.needs(),
        planned.allowFailure(),
        step.status(),
        step.cause(),
        step.attempts());
  }

  /**
   * Where the log of an attempt is; the file may not be there yet. Empty where there is no such
   * attempt.
   */
  public Optional<java.nio.file.Path> log(RunId id, String step, int attempt) {
    return journal
        .state(RunMachine.subject(id), RunState.class)
        .map(RunState::steps)
        .filter(steps ->
            steps.containsKey(step)
                && attempt >= 1
                && attempt <= steps.getOrDefault(step, StepState.PENDING).attempt())
        .map(steps -> files.log(id, step, attempt));
  }

  /** The images that runs under way have built and that nothing is deployed of yet, by digest. */
  public Set<String> builtDigests() {
    List<RunId> running =
        database.read(tx ->
            tx.handle()
                .createQuery("SELECT repository, number FROM run WHERE status = 'RUNNING'")
                .map(
                    (row, context) -> new RunId(row.getString("repository"), row.getLong("number")))
                .list());
    Set<String> digests = new TreeSet<>();
    for (RunId run : running) {
      journal
          .state(RunMachine.subject(run), RunState.class)
          .flatMap(RunState::image)
          .flatMap(ImageState::image)
          .ifPresent(image -> digests.add(image.digest()));
    }
    return digests;
  }

  /**
   * Forgets runs that ended before a time, and says how many. Their logs go with the next {@link
   * #forgetLogs}.
   *
   * @param needed are kept whatever their age
   */
  public int forget(Instant before, Set<RunId> needed) {
    return journal.forget(
        RunMachine.KIND,
        before,
        (tx, subject) -> {
          RunId run = RunId.parse(subject.key());
          return !needed.contains(run)
              && tx.update(
                      "DELETE FROM run WHERE repository = ? AND number = ? AND ended < ?",
                      run.repository(),
                      run.number(),
                      before)
                  == 1;
        });
  }

  /** Removes the logs of runs that ended before a time or are forgotten, and says of how many. */
  public int forgetLogs(Instant before) throws IOException {
    int forgotten = 0;
    for (RunId run : files.withLogs()) {
      boolean old =
          database
              .read(tx -> summary(tx, run))
              .map(known -> known.ended().filter(ended -> ended.isBefore(before)).isPresent())
              .orElse(true);
      if (old) {
        MoreFiles.deleteRecursively(files.logs(run), RecursiveDeleteOption.ALLOW_INSECURE);
        forgotten++;
      }
    }
    return forgotten;
  }

  /** Asks a run to end. False where there is no such run. */
  public boolean cancel(RunId id, String who) {
    if (database.read(tx -> summary(tx, id)).isEmpty()) {
      return false;
    }
    journal.tell(RunMachine.subject(id), new RunEvent.Cancel(who), "cancel:" + UUID.randomUUID());
    return true;
  }

  private static Optional<RunSummary> summary(Tx tx, RunId id) {
    return tx.handle()
        .createQuery(
            "SELECT " + COLUMNS + " FROM run WHERE repository = :repository AND number = :number")
        .bind("repository", id.repository())
        .bind("number", id.number())
        .map((row, context) -> summary(row))
        .findOne();
  }

  private static RunSummary summary(ResultSet row) throws SQLException {
    long pull = row.getLong("pull_request");
    Optional<Long> pullRequest = row.wasNull() ? Optional.empty() : Optional.of(pull);
    long end = row.getLong("ended");
    Optional<Instant> ended =
        row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(end));
    return new RunSummary(
        row.getLong("id"),
        new RunId(row.getString("repository"), row.getLong("number")),
        RunTrigger.Kind.valueOf(row.getString("kind")),
        row.getString("ref"),
        row.getString("sha"),
        row.getString("title"),
        row.getString("author"),
        pullRequest,
        row.getString("asked_by"),
        RunSummary.Status.valueOf(row.getString("status")),
        Optional.ofNullable(row.getString("cause")),
        Instant.ofEpochMilli(row.getLong("created")),
        ended);
  }
}
