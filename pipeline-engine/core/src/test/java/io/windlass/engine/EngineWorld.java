package io.windlass.engine;

import io.windlass.engine.git.Credentials;
import io.windlass.engine.git.Limits;
import io.windlass.engine.git.MirrorSettings;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.notification.Links;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.repository.RefMachine;
import io.windlass.engine.rollout.MemoryTarget;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.run.MemoryExecutor;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunLimits;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.Answer;
import io.windlass.engine.source.CommitInfo;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.FailedDelivery;
import io.windlass.engine.source.Hook;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import io.windlass.engine.source.SourceHost;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.signal.MemorySignals;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/**
 * The whole engine on a real database and real Git, with an executor and a target in memory that
 * outlive it.
 */
final class EngineWorld implements AutoCloseable {
  static final RepositoryName SHOP = RepositoryName.of("acme/shop");
  static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");

  final MemoryExecutor executor = new MemoryExecutor();
  final MemoryTarget target = new MemoryTarget();
  final Map<String, String> refusedImages = new ConcurrentHashMap<>();
  final Map<String, Optional<String>> refusals = new ConcurrentHashMap<>();
  final List<Intent.PullRequest> pullRequests = new CopyOnWriteArrayList<>();
  final List<CommitStatus> marks = new CopyOnWriteArrayList<>();
  final List<String> bound = new CopyOnWriteArrayList<>();
  final Map<String, SecretValue> secrets = new ConcurrentHashMap<>();
  final Holds holds = new Holds();
  final MemorySignals signals = new MemorySignals();
  final GitServer git;

  private final Path directory;
  private final ImageBuilder images;
  private final StepExecutor steps;
  private final DatabaseSettings store;
  private Database database;
  private Journal journal;
  private Mirrors mirrors;
  private Engine engine;
  private int deliveries;
  private volatile Duration passed = Duration.ZERO;

  EngineWorld(Path directory, ImageBuilder images, DatabaseSettings store) throws Exception {
    this(directory, images, store, Optional.empty());
  }

  EngineWorld(Path directory, ImageBuilder images, StepExecutor real) throws Exception {
    this(directory, images, DatabaseSettings.in(directory.resolve("data")), Optional.of(real));
  }

  private EngineWorld(
      Path directory, ImageBuilder images, DatabaseSettings store, Optional<StepExecutor> real)
      throws Exception {
    this.directory = directory;
    this.store = store;
    this.steps = real.orElse(executor);
    this.images = images;
    this.git = new GitServer(directory.resolve("upstream"));
    open();
  }

  private void open() {
    database = Database.open(store);
    journal = new Journal(database, clock());
    mirrors = Mirrors.open(MirrorSettings.in(directory.resolve("mirrors")));
    engine = Engine.register(database, journal, parts());
    journal.start();
  }

  private InstantSource clock() {
    return () -> Instant.now().plus(passed);
  }

  /** Ends the server and starts it again over the same rows. */
  void restart() {
    restart(Duration.ZERO, () -> {});
  }

  /** The same after so much time, in which this happens. */
  void restart(Duration away, Runnable meanwhile) {
    close();
    passed = passed.plus(away);
    meanwhile.run();
    open();
  }

  private EngineParts parts() {
    return new EngineParts(
        clock(),
        new RunFiles(directory.resolve("data")),
        mirrors,
        name ->
            name.equals(SHOP)
                ? Optional.of(new CloneSource(git.url(), new Credentials.Anonymous()))
                : Optional.empty(),
        Limits.DEFAULTS,
        steps,
        (repository, name) -> Optional.ofNullable(secrets.get(name)),
        images,
        (repository, image, use) -> Optional.ofNullable(refusedImages.get(image)),
        question ->
            refusals
                .getOrDefault(question.environment().name(), Optional.empty())
                .<EnvironmentGrants.Grant>map(EnvironmentGrants.Grant.Refused::new)
                .orElseGet(() -> new EnvironmentGrants.Grant.Allowed(Optional.empty(), List.of())),
        environment -> Optional.of(target),
        (environment, name) ->
            Optional.ofNullable(secrets.get(name))
                .map(value -> new SecretRef(name, Optional.of(environment.name()), 1)),
        (environment, scaling, max) -> {
          scaling.forEach((process, policy) ->
              bound.add(environment + "/" + process + " " + policy.min() + ".." + policy.max()));
          return Optional.empty();
        },
        holds,
        signals,
        name -> Optional.of(new Marks()),
        List::of,
        new Links(Optional.of(URI.create("https://windlass.example.com"))),
        RunLimits.DEFAULT,
        Duration.ofMillis(20),
        (_, _, _, _, _) -> {},
        (_, _, _, _, _) -> {});
  }

  Engine engine() {
    return engine;
  }

  Journal journal() {
    return journal;
  }

  /** Delivers a push of main, as it is in the repository, under a delivery id of its own. */
  void push(String before, String after) {
    push("guid-" + ++deliveries, before, after, false);
  }

  void push(String delivery, String before, String after, boolean forced) {
    push(delivery, Ref.branch("main"), before, after, forced);
  }

  /** Delivers a push of another branch. */
  void push(String delivery, String ref, String before, String after) {
    push(delivery, Ref.parse(ref).orElseThrow(), before, after, false);
  }

  private void push(String delivery, Ref ref, String before, String after, boolean forced) {
    boolean deleted = after.equals(Sha.NONE);
    var intent =
        new Intent.Pushed(
            SHOP,
            ref,
            before.isEmpty() ? Sha.NONE : before,
            after,
            forced,
            before.isEmpty() || before.equals(Sha.NONE),
            deleted,
            deleted ? Optional.empty() : Optional.of(after),
            List.of(new CommitInfo(after, "change the shop", "Ada", Optional.empty())),
            1,
            "ada",
            Ref.branch("main"));
    RefMachine.tell("acme/shop", delivery, intent)
        .ifPresent(tell -> journal.tell(tell.to(), tell.event(), tell.dedupKey()));
  }

  /** Delivers that a pull request was opened or pushed to. */
  void pull(String delivery, Intent.PullRequest pull) {
    RefMachine.tell("acme/shop", delivery, new Intent.PullRequestUpdated(SHOP, pull))
        .ifPresent(tell -> journal.tell(tell.to(), tell.event(), tell.dedupKey()));
  }

  /** Waits until the run has ended. */
  RunDetail ended(long number) {
    return await(number, run -> run.summary().status() != RunSummary.Status.RUNNING);
  }

  RunDetail await(long number, java.util.function.Predicate<RunDetail> condition) {
    var id = new RunId("acme/shop", number);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> engine.runs().one(id).filter(condition).isPresent());
    return engine.runs().one(id).orElseThrow();
  }

  Optional<Long> serving() {
    return target.serving(PRODUCTION).map(release -> release.number());
  }

  @Override
  public void close() {
    journal.close();
    mirrors.close();
    database.close();
  }

  private final class Marks implements SourceHost {
    @Override
    public Answer<Map<Ref, String>> heads(RepositoryName repository) {
      return new Answer.Given<>(Map.of());
    }

    @Override
    public Answer<List<Intent.PullRequest>> openPullRequests(RepositoryName repository) {
      return new Answer.Given<>(List.copyOf(pullRequests));
    }

    @Override
    public Answer<Answer.Done> status(RepositoryName repository, CommitStatus status) {
      marks.add(status);
      return new Answer.Given<>(Answer.Done.DONE);
    }

    @Override
    public Answer<List<FailedDelivery>> failedDeliveries(Hook hook, Instant since) {
      return new Answer.Given<>(new ArrayList<>());
    }

    @Override
    public Answer<Answer.Done> redeliver(Hook hook, long deliveryId) {
      return new Answer.Given<>(Answer.Done.DONE);
    }
  }
}
