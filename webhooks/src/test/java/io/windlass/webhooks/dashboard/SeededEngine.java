package io.windlass.webhooks.dashboard;

import io.windlass.engine.decision.DecisionTable;
import io.windlass.engine.git.MirrorSettings;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.repository.Ask;
import io.windlass.engine.repository.Proposals;
import io.windlass.engine.repository.RefEvent;
import io.windlass.engine.repository.RefMachine;
import io.windlass.engine.repository.RefProjection;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.repository.RepositoryMachine;
import io.windlass.engine.repository.RepositoryProjection;
import io.windlass.engine.repository.Resolution;
import io.windlass.engine.rollout.EnvironmentEvent;
import io.windlass.engine.rollout.EnvironmentMachine;
import io.windlass.engine.rollout.EnvironmentProjection;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Measured;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.rollout.Verified;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.run.ManifestRenderer;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunProjection;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.run.Runs;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.source.CommitInfo;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.delivery.DeliveryEvent;
import io.windlass.webhooks.delivery.DeliveryMachine;
import io.windlass.webhooks.delivery.DeliveryTable;
import io.windlass.webhooks.delivery.Fate;
import io.windlass.webhooks.feed.Feed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The engine's real machines and tables over a real database, told what a server would be told.
 * Nothing is performed: the answers of effects are told as well.
 */
final class SeededEngine implements AutoCloseable {
  static final String SHOP = "acme/shop";

  private final Path data;
  private final Database database;
  private final Journal journal;
  private final AtomicLong millis;
  private final AtomicLong events = new AtomicLong();
  private final Mirrors mirrors;
  private long asks;

  /** What the machines have stored, as it is stored. */
  final Feed feed = new Feed(Feed.Limits.STANDARD);

  SeededEngine(Path data, Instant start) {
    this.data = data;
    this.millis = new AtomicLong(start.toEpochMilli());
    this.database = Database.open(DatabaseSettings.in(data));
    this.journal = new Journal(database, clock());
    this.mirrors = Mirrors.open(MirrorSettings.in(data.resolve("mirrors")));
    journal.register(
        new DeliveryMachine(), Performer.idle(), new DeliveryTable(), feed.deliveries());
    journal.register(new RepositoryMachine(), Performer.idle(), new RepositoryProjection());
    journal.register(new RefMachine(), Performer.idle(), new RefProjection());
    Links links = new Links(Optional.empty());
    journal.register(
        new RunMachine(EnvironmentMachine.deployments(), links),
        Performer.idle(),
        new RunProjection(),
        feed.runs());
    journal.register(
        new EnvironmentMachine(links),
        Performer.idle(),
        new EnvironmentProjection(),
        feed.environments());
    journal.register(new StatusMachine(), Performer.idle());
    journal.register(new AlertMachine(), Performer.idle());
    journal.start();
  }

  InstantSource clock() {
    return () -> Instant.ofEpochMilli(millis.get());
  }

  Instant now() {
    return clock().instant();
  }

  void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }

  Runs runs() {
    return new Runs(database, journal, new RunFiles(data));
  }

  Releases releases() {
    return new Releases(database);
  }

  Environments environments() {
    return new Environments(database, journal, releases());
  }

  Repositories repositories() {
    return new Repositories(database, journal);
  }

  Deliveries deliveries() {
    return new Deliveries(database);
  }

  /** There is no repository behind the seeded runs to read a file from. */
  Plans plans() {
    return new Plans(
        new Proposals(mirrors, _ -> Optional.empty()),
        repositories(),
        environments(),
        releases(),
        runs(),
        _ -> new EnvironmentGrants.Grant.Refused("seeded"),
        _ -> Optional.empty(),
        (_, _) -> Optional.empty(),
        ManifestRenderer.NONE);
  }

  DecisionTable decisions() {
    return new DecisionTable(database);
  }

  /** Reads a pipeline that is right. */
  static Pipeline pipeline(String yaml) {
    var read = PipelineReader.read(new Source("windlass.yaml", yaml));
    return read.pipeline().orElseThrow(() -> new AssertionError(read.problems()));
  }

  /** A push that becomes a run of this pipeline; says which. */
  RunId push(String before, String sha, String title, String author, Pipeline pipeline) {
    return resolve(
        before, sha, title, author, new Resolution.Matched(sha, pipeline, title, author));
  }

  RunId pushInvalid(String before, String sha, String title, List<String> problems) {
    return resolve(before, sha, title, "ada", new Resolution.Invalid(sha, "", problems));
  }

  /** A push that the repository's file does not ask for. */
  void pushFiltered(String ref, String sha, String reason) {
    arrive("0".repeat(40), sha, "words only", "ada", ref);
    answer("refs/heads/" + ref, sha, "words only", "ada", new Resolution.Filtered(reason));
  }

  private RunId resolve(
      String before, String sha, String title, String author, Resolution resolution) {
    arrive(before, sha, title, author, "main");
    pass(Duration.ofMillis(40));
    answer("refs/heads/main", sha, title, author, resolution);
    long last = repositories().state(RepositoryName.of(SHOP)).orElseThrow().lastRun();
    return new RunId(SHOP, last);
  }

  /** Answers what the ref has asked about its commit. */
  private void answer(String ref, String sha, String title, String author, Resolution resolution) {
    var ask =
        new Ask(
            ++asks,
            RunTrigger.Kind.PUSH,
            ref,
            ref,
            Optional.of(sha),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            title,
            author,
            "delivery " + asks);
    tell(RefMachine.subject(SHOP, ref), new RefEvent.Resolved(ask, resolution, Optional.empty()));
  }

  private void arrive(String before, String sha, String title, String author, String branch) {
    var intent =
        new Intent.Pushed(
            RepositoryName.of(SHOP),
            Ref.branch(branch),
            before,
            sha,
            false,
            before.startsWith("000"),
            false,
            Optional.of(sha),
            List.of(new CommitInfo(sha, title, author, Optional.empty())),
            1,
            author,
            Ref.branch("main"));
    deliver("push", Optional.of(SHOP), new Fate.HandedOn(), intent);
  }

  void deliver(String event, Optional<String> repository, Fate fate, Intent intent) {
    String id = "72d3162e-cc78-11e3-81ab-%012d".formatted(events.incrementAndGet());
    tell(
        new Subject(DeliveryMachine.KIND, id),
        new DeliveryEvent.Received(id, event, "1001", repository, fate, intent, "", 7_431, now()));
  }

  void tell(RunId run, RunEvent event) {
    tell(RunMachine.subject(run), event);
  }

  void tell(EnvironmentId environment, EnvironmentEvent event) {
    tell(EnvironmentMachine.subject(environment), event);
  }

  private void tell(Subject subject, Object event) {
    journal.tell(subject, event, "seed:" + events.incrementAndGet());
  }

  /** A step that took so long and ended with this code, having written this log. */
  void step(RunId run, String step, int code, Duration took, String log) throws IOException {
    write(run, step, log);
    Instant from = now();
    pass(took);
    tell(run, new RunEvent.StepEnded(step, 1, new StepResult.Exited(code, from, now())));
  }

  /** Writes the log of a step's first attempt. */
  Path write(RunId run, String step, String log) throws IOException {
    Path file = new RunFiles(data).log(run, step, 1);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, log);
  }

  void image(RunId run, String sha) {
    pass(Duration.ofMillis(240));
    String digest = "sha256:" + sha.repeat(2).substring(0, 64);
    tell(run, new RunEvent.ImageBuilt(new ImageRef("acme/shop@" + digest, digest), 4_812_330));
  }

  /** Everything of a rollout up to the moment at which its replicas are asked for. */
  void rollOut(RunId run, EnvironmentId environment) {
    tell(
        run,
        new RunEvent.DeploymentGranted(
            environment.name(), Optional.of(6), List.of(), Optional.empty()));
    long rollout = rollout(environment);
    pass(Duration.ofMillis(80));
    tell(
        environment,
        new EnvironmentEvent.Pinned(
            rollout,
            List.of(new SecretRef("DATABASE_URL", Optional.of(environment.name()), 3)),
            true));
    tell(
        environment,
        new EnvironmentEvent.Checked(rollout, new Verified.Present(), Optional.empty()));
    pass(Duration.ofMillis(300));
    tell(environment, new EnvironmentEvent.PreparationEnded(rollout, new Prepared.Ready()));
    tell(environment, new EnvironmentEvent.Shifted(rollout, false, 0));
  }

  void settle(EnvironmentId environment) {
    pass(Duration.ofSeconds(6));
    tell(environment, new EnvironmentEvent.Settled(rollout(environment), false, 0));
  }

  /** The stage's division is asked for and reached. */
  void reach(EnvironmentId environment, int stage) {
    tell(environment, new EnvironmentEvent.Shifted(rollout(environment), false, stage));
    pass(Duration.ofSeconds(6));
    tell(environment, new EnvironmentEvent.Settled(rollout(environment), false, stage));
  }

  /** A check is looked at. */
  void look(EnvironmentId environment, int check, Measured measured) {
    pass(Duration.ofSeconds(1));
    tell(environment, new EnvironmentEvent.Looked(rollout(environment), check, measured));
  }

  void holdOver(EnvironmentId environment, int stage) {
    tell(environment, new EnvironmentEvent.HoldOver(rollout(environment), stage));
    confirm(environment, stage);
  }

  /** What is held is looked at, as it is before a hold or a gate is left, and serves. */
  void confirm(EnvironmentId environment, int stage) {
    tell(environment, new EnvironmentEvent.Confirmed(rollout(environment), stage));
  }

  /** The release under way fails, and the one before serves again. */
  void fail(EnvironmentId environment, String cause, List<String> lines) {
    long rollout = rollout(environment);
    pass(Duration.ofSeconds(21));
    tell(environment, new EnvironmentEvent.Failed(rollout, false, 0, cause, lines));
    tell(environment, new EnvironmentEvent.Shifted(rollout, true, 0));
    pass(Duration.ofSeconds(2));
    tell(environment, new EnvironmentEvent.Settled(rollout, true, 0));
  }

  private long rollout(EnvironmentId environment) {
    return environments().one(environment).orElseThrow().rollout().orElseThrow().id();
  }

  @Override
  public void close() {
    journal.close();
    mirrors.close();
    database.close();
  }
}
