package io.windlass.engine.rollout;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.pipeline.Check;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunId;
import io.windlass.scaler.fleet.Share;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Environments as API and pages see them, and what people may ask of them. */
public final class Environments {
  private final Database database;
  private final Journal journal;
  private final Releases releases;

  public Environments(Database database, Journal journal, Releases releases) {
    this.database = database;
    this.journal = journal;
    this.releases = releases;
  }

  /**
   * An environment as it stands.
   *
   * @param current the release that is to serve: the last good one
   * @param rollout under way
   * @param waiting the run whose deployment has not begun
   * @param degraded why it is not as {@code current} says
   * @param scalingProblem why the last scaling policy is not in force
   * @param leftOver why what is left of releases that serve no more is still there
   * @param removal a person's wish that nothing of it be left
   */
  public record View(
      EnvironmentId id,
      Optional<Release> current,
      Optional<Under> rollout,
      Optional<RunId> waiting,
      Optional<Freeze> freeze,
      Optional<String> degraded,
      Optional<String> scalingProblem,
      Optional<String> leftOver,
      Optional<Removal> removal,
      Optional<EndedRollout> last) {}

  /**
   * A rollout under way.
   *
   * @param obstacle what it waits for that is none of the release's doing
   * @param unreachableSince where a return waits because its target cannot be reached
   * @param staged where it is in its stages; empty before it moves and when it returns
   */
  public record Under(
      long id,
      Optional<RunId> run,
      Optional<Long> release,
      Optional<Long> from,
      Phase phase,
      Instant startedAt,
      Optional<String> failure,
      Optional<String> obstacle,
      Optional<Instant> unreachableSince,
      Optional<Staged> staged) {}

  /**
   * Where a rollout is in its stages.
   *
   * @param stage counts from 1
   * @param of how many there are
   * @param words as in "release 5 is ..."
   * @param requests the share that goes to the release, from 0 to 1; empty where they go to
   *     whichever replica is ready
   * @param heldUntil when its time has passed; the checks may hold it longer
   * @param approvableUntil while it waits for a person: when it returns by itself
   * @param until when the rollout's time is over; empty while it waits for a person
   */
  public record Staged(
      int stage,
      int of,
      String words,
      Optional<Double> requests,
      Optional<Instant> heldUntil,
      Optional<Instant> approvableUntil,
      Optional<Instant> until,
      List<Checked> checks,
      List<Walk.Approval> approvals) {}

  /**
   * A check and what it found last.
   *
   * @param name the signal's word, or the query
   * @param verdict empty before the first look
   * @param words the verdict's reason with its figures
   * @param value of the release: a share, seconds, or what the query says
   * @param before the same of the release before
   * @param failures looks in a row that found the release bad
   * @param most with so many it returns
   */
  public record Checked(
      String name,
      String process,
      Optional<Verdict> verdict,
      String words,
      Optional<Double> value,
      Optional<Double> before,
      int failures,
      int most,
      Optional<Instant> at) {
    static Checked of(Check check, Finding finding) {
      return new Checked(
          check.name(),
          check.process(),
          finding.verdict(),
          finding.words(),
          finding.value(),
          finding.before(),
          finding.failures(),
          check.failures(),
          finding.at());
    }
  }

  /** What a person's word about a rollout under way came to. */
  public sealed interface Word {
    /** It was told to the rollout of this release. */
    record Told(Optional<Long> release) implements Word {}

    /** There is nothing that it could mean; the reason says why. */
    record Impossible(String reason) implements Word {}
  }

  /** What asking for a return came to. */
  public sealed interface Return {
    /** It was asked for, to this release. */
    record Asked(long release) implements Return {}

    /** There is nothing to return to; the reason says why. */
    record Impossible(String reason) implements Return {}
  }

  /** Every environment that anything was ever asked of, by name; or those of one repository. */
  public List<View> list(Optional<String> repository) {
    List<String> names =
        database.read(tx -> {
          var query =
              tx.handle()
                  .createQuery(
                      "SELECT environment FROM environment"
                          + repository.map(any -> " WHERE repository = :repository").orElse("")
                          + " ORDER BY environment");
          repository.ifPresent(value -> query.bind("repository", value));
          return query.mapTo(String.class).list();
        });
    return names.stream()
        .map(EnvironmentId::parse)
        .map(this::one)
        .flatMap(Optional::stream)
        .toList();
  }

  /** One environment; empty when nothing was ever asked of it. */
  public Optional<View> one(EnvironmentId id) {
    return journal
        .state(EnvironmentMachine.subject(id), EnvironmentState.class)
        .map(Environments::view);
  }

  /**
   * Rollouts that have ended, newest first.
   *
   * @param before list what is older than this number; empty for the newest
   */
  public List<EndedRollout> rollouts(EnvironmentId id, Optional<Long> before, int limit) {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT * FROM environment_rollout WHERE environment = :environment AND id < :before ORDER BY id DESC LIMIT :limit")
            .bind("environment", id.toString())
            .bind("before", before.orElse(Long.MAX_VALUE))
            .bind("limit", Math.clamp(limit, 1, 200))
            .map((row, context) -> ended(row, id))
            .list());
  }

  /**
   * Returns to an older release, and freezes the environment until somebody lifts it.
   *
   * @param number which one; empty for the last that served before the current one
   */
  public Return rollBack(EnvironmentId id, Optional<Long> number, String who, String why) {
    Optional<EnvironmentState> state =
        journal.state(EnvironmentMachine.subject(id), EnvironmentState.class);
    if (state.isEmpty()) {
      return new Return.Impossible("there is no environment \"" + id + "\"");
    }
    Optional<Releases.Listed> to =
        number.isPresent()
            ? releases.one(new ReleaseId(id, number.get()))
            : state.get().current().flatMap(current -> releases.servedBefore(id, current.number()));
    if (to.isEmpty()) {
      return new Return.Impossible(
          number
              .map(any -> "environment \"" + id + "\" has no release " + any)
              .orElse("no release served \"" + id + "\" before the current one"));
    }
    if (!to.get().wasLive()) {
      return new Return.Impossible(
          "release "
              + to.get().release().number()
              + " never served \""
              + id
              + "\"; return to one that did");
    }
    journal.tell(
        EnvironmentMachine.subject(id),
        new EnvironmentEvent.ReturnWanted(to.get().release(), who, why),
        key());
    return new Return.Asked(to.get().release().number());
  }

  /**
   * The rollout that a person means, as they have seen it: what they look at may have moved on.
   *
   * @param stage counts from 1; empty where any is meant
   */
  public record Meant(long rollout, Optional<Integer> stage) {
    private boolean is(Rollout one) {
      return one.id() == rollout
          && stage
              .filter(number ->
                  one.walked().map(Walk::stage).filter(at -> at + 1 != number).isPresent())
              .isEmpty();
    }
  }

  /**
   * Lets the rollout go on that waits for a person.
   *
   * @param meant empty for whichever waits now
   */
  public Word approve(EnvironmentId id, Optional<Meant> meant, String who) {
    Optional<Rollout> gated = rollout(id).filter(rollout -> rollout.phase() == Phase.GATED);
    if (gated.isEmpty()) {
      return new Word.Impossible("no rollout of \"" + id + "\" waits to be approved");
    }
    if (meant.filter(one -> !one.is(gated.get())).isPresent()) {
      return movedOn(id);
    }
    return tell(
        id,
        gated.get(),
        new EnvironmentEvent.Approved(gated.get().id(), gated.get().walk().stage(), who));
  }

  private static Word movedOn(EnvironmentId id) {
    return new Word.Impossible(
        "what you have seen of \"" + id + "\" has moved on since; look at it again");
  }

  /**
   * Gives the rollout under way up; the release before serves again.
   *
   * @param meant empty for whichever is under way now
   */
  public Word abort(EnvironmentId id, Optional<Meant> meant, String who, String why) {
    Optional<Rollout> rollout = rollout(id);
    if (rollout.isEmpty()) {
      return new Word.Impossible("no rollout of \"" + id + "\" is under way");
    }
    if (meant.filter(one -> !one.is(rollout.get())).isPresent()) {
      return movedOn(id);
    }
    if (rollout.get().phase().returning()) {
      return new Word.Impossible("the rollout of \"" + id + "\" returns already");
    }
    return tell(id, rollout.get(), new EnvironmentEvent.Aborted(rollout.get().id(), who, why));
  }

  private Optional<Rollout> rollout(EnvironmentId id) {
    return journal
        .state(EnvironmentMachine.subject(id), EnvironmentState.class)
        .flatMap(EnvironmentState::rollout);
  }

  private Word tell(EnvironmentId id, Rollout rollout, EnvironmentEvent event) {
    journal.tell(EnvironmentMachine.subject(id), event, key());
    return new Word.Told(rollout.release().map(Release::number));
  }

  /**
   * Lets nothing new begin until {@link #unfreeze}. An environment may be frozen before anything
   * was asked of it.
   */
  public void freeze(EnvironmentId id, String who, String why) {
    journal.tell(EnvironmentMachine.subject(id), new EnvironmentEvent.Frozen(who, why), key());
  }

  /** Lifts a freeze; what waits begins. */
  public void unfreeze(EnvironmentId id, String who) {
    journal.tell(EnvironmentMachine.subject(id), new EnvironmentEvent.Unfrozen(who), key());
  }

  /**
   * Takes all of an environment away, once the rollout under way has ended: replicas, routes,
   * releases. Its history stays.
   */
  public void remove(EnvironmentId id, String who, String why) {
    journal.tell(
        EnvironmentMachine.subject(id), new EnvironmentEvent.RemovalWanted(who, why), key());
  }

  /** Forgets rollouts that ended before a time, and says how many. */
  public int forgetRollouts(Instant before) {
    return database.removeInParts(
        (tx, most) ->
            tx.handle()
                .createQuery(
                    "SELECT environment, id FROM environment_rollout WHERE ended < :before LIMIT :most")
                .bind("before", before)
                .bind("most", most)
                .map((row, _) -> new Key(row.getString("environment"), row.getLong("id")))
                .list(),
        (tx, key) ->
            tx.update(
                "DELETE FROM environment_rollout WHERE environment = ? AND id = ?",
                key.environment(),
                key.id()));
  }

  private record Key(String environment, long id) {}

  /** The images of deployments that wait or have just begun and are no release yet, by digest. */
  public Set<String> askedDigests() {
    return asked()
        .flatMap(request -> request.images().values().stream())
        .map(ImageRef::digest)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The manifests of the same, by hash. */
  public Set<String> askedManifests() {
    return asked()
        .flatMap(request -> request.runtime().manifests().stream())
        .map(ManifestRef::hash)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Stream<DeploymentRequest> asked() {
    List<String> names =
        database.read(tx ->
            tx.handle()
                .createQuery("SELECT environment FROM environment")
                .mapTo(String.class)
                .list());
    return names.stream()
        .map(name ->
            journal.state(
                EnvironmentMachine.subject(EnvironmentId.parse(name)), EnvironmentState.class))
        .flatMap(Optional::stream)
        .flatMap(state ->
            Stream.concat(
                state.waiting().stream(), state.rollout().flatMap(Rollout::request).stream()));
  }

  private static String key() {
    return "person:" + UUID.randomUUID();
  }

  private static View view(EnvironmentState state) {
    return new View(
        state.id(),
        state.current(),
        state.rollout().map(Environments::under),
        state.waiting().map(request -> request.run()),
        state.freeze(),
        state.degraded(),
        state.scalingProblem(),
        state.leftOver(),
        state.removal(),
        state.last());
  }

  private static Under under(Rollout rollout) {
    return new Under(
        rollout.id(),
        rollout.request().map(request -> request.run()),
        rollout.release().map(Release::number),
        rollout.from().map(Release::number),
        rollout.phase(),
        rollout.startedAt(),
        rollout.failure().map(Failure::cause),
        rollout.obstacle(),
        rollout.away().map(Rollout.Away::since),
        rollout.walked().filter(_ -> rollout.phase().advancing()).map(_ -> staged(rollout)));
  }

  private static Staged staged(Rollout rollout) {
    StagePlan plan = rollout.plan();
    Walk walk = rollout.walk();
    StagePlan.Stage stage = rollout.stage();
    List<Checked> checks =
        IntStream.range(0, plan.checks().size())
            .mapToObj(i -> Checked.of(plan.checks().get(i), walk.findings().get(i)))
            .toList();
    boolean gated = rollout.phase() == Phase.GATED;
    return new Staged(
        walk.stage() + 1,
        plan.stages().size(),
        stage.words(),
        stage.division().requests().map(Share::fraction),
        walk.heldSince().map(since -> since.plus(stage.hold())),
        walk.gatedSince().map(since -> since.plus(Stages.GATE)),
        walk.until().filter(_ -> !gated),
        checks,
        walk.approvals());
  }

  private static EndedRollout ended(ResultSet row, EnvironmentId id) throws SQLException {
    String lines = row.getString("last_log_lines");
    return new EndedRollout(
        row.getLong("id"),
        number(row, "release"),
        number(row, "from_release"),
        number(row, "run").map(run -> new RunId(id.repository(), run)),
        DeploymentStage.valueOf(row.getString("outcome")),
        row.getString("cause"),
        lines.isEmpty() ? List.of() : List.of(lines.split("\n", -1)),
        Instant.ofEpochMilli(row.getLong("started")),
        Instant.ofEpochMilli(row.getLong("ended")));
  }

  private static Optional<Long> number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(value);
  }
}
