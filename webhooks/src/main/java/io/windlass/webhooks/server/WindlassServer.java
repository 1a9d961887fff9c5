package io.windlass.webhooks.server;

import io.windlass.engine.Engine;
import io.windlass.engine.EngineParts;
import io.windlass.engine.StoredSecrets;
import io.windlass.engine.decision.DecisionTable;
import io.windlass.engine.decision.FleetBindings;
import io.windlass.engine.git.Credentials;
import io.windlass.engine.git.Limits;
import io.windlass.engine.git.MirrorSettings;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.image.jib.JibImageBuilder;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.RegistryAccess;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.JournalSettings;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.manifest.ManifestTexts;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.ChatHook;
import io.windlass.engine.notification.Links;
import io.windlass.engine.repository.ScheduleTimes;
import io.windlass.engine.rollout.Places;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.RunLimits;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.secret.Sealer;
import io.windlass.engine.secret.SecretStore;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.scaler.signal.prometheus.PrometheusSettings;
import io.windlass.scaler.signal.prometheus.PrometheusSignals;
import io.windlass.webhooks.access.AccessRoutes;
import io.windlass.webhooks.access.AdminToken;
import io.windlass.webhooks.access.Gate;
import io.windlass.webhooks.access.Sessions;
import io.windlass.webhooks.api.ApiJson;
import io.windlass.webhooks.api.DeliveryApi;
import io.windlass.webhooks.api.EnvironmentApi;
import io.windlass.webhooks.api.EventApi;
import io.windlass.webhooks.api.FleetApi;
import io.windlass.webhooks.api.LogApi;
import io.windlass.webhooks.api.OpenApiRoute;
import io.windlass.webhooks.api.PlanApi;
import io.windlass.webhooks.api.RepositoryApi;
import io.windlass.webhooks.api.RunApi;
import io.windlass.webhooks.dashboard.DashboardParts;
import io.windlass.webhooks.dashboard.DashboardRoutes;
import io.windlass.webhooks.dashboard.StaticRoutes;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.delivery.DeliveryMachine;
import io.windlass.webhooks.delivery.DeliveryTable;
import io.windlass.webhooks.delivery.HookRoutes;
import io.windlass.webhooks.delivery.Intake;
import io.windlass.webhooks.feed.Change;
import io.windlass.webhooks.feed.Feed;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server, wired by hand: opens what is stored, puts the machines on the journal, binds the
 * fleets, and only then listens. What was opened is closed in the opposite order, also when a later
 * part does not start.
 */
public final class WindlassServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WindlassServer.class);

  /** A body of 25 MB, compressed and in base64, is below it however badly it compresses. */
  private static final int MAX_STORED_CHARS = 40 * 1024 * 1024;

  private static final Duration ROLLOUT_LOOK = Duration.ofMillis(250);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final HttpServer http;

  private WindlassServer(Path config) throws Exception {
    try {
      http = open(Configured.read(config));
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Starts a server with the settings of this file; returns when it listens. */
  public static WindlassServer start(Path config) throws Exception {
    return new WindlassServer(config);
  }

  /** The port it listens on. */
  public int port() {
    return http.port();
  }

  private HttpServer open(Configured configured) throws Exception {
    InstantSource clock = InstantSource.system();
    Settings settings = configured.get();
    if (settings.targets().isEmpty()) {
      throw new IOException(
          "The server's file names no target; add at least 'targets: { local: { keeper: {} } }'");
    }
    Path data = DataDirectory.prepare(settings.server().data());
    AdminToken token = AdminToken.in(data);
    Metrics metrics = new Metrics();
    Feed feed = new Feed(Feed.Limits.STANDARD);
    Database database = keep(Database.open(DatabaseSettings.of(settings.store()), metrics));
    Journal journal = new Journal(database, clock, journalSettings(), metrics);
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    // Its own close would wait for builds, however long they take; they are begun again.
    opened.push(executor::shutdownNow);
    Mirrors mirrors = keep(Mirrors.open(mirrors(settings, data.resolve("mirrors"))));
    SourceHosts hosts = keep(new SourceHosts(configured, mirrors, clock));
    hosts.refresh();
    SecretStore secrets = new SecretStore(database, Sealer.open(data.resolve("secret.key")), clock);

    ContentStore images = ContentStore.open(data.resolve("images"), StoreLimits.defaults(), clock);
    Registries registries =
        new Registries(
            settings.registries().stream()
                .map(r -> new RegistryAccess(r.host(), r.dockerConfig()))
                .toList(),
            images,
            executor,
            Retries.defaults());
    StoredSecrets lookups = new StoredSecrets(secrets);
    Grants grants = new Grants(configured);
    Optional<SignalSource> prometheus =
        settings.prometheus().map(url -> new PrometheusSignals(PrometheusSettings.of(url), clock));
    Optional<LocalMachine> machine =
        LocalMachine.open(
            settings,
            configured.file(),
            new ImageStore(images, registries),
            secrets::value,
            prometheus);
    machine.ifPresent(this::keep);
    Whereabouts whereabouts = new Whereabouts(grants::find, new Places(database));
    ManifestTexts texts = new ManifestTexts(database);
    List<OpenTarget> open = new ArrayList<>();
    machine.map(LocalMachine::target).ifPresent(open::add);
    StepExecutor steps = machine.map(LocalMachine::executor).orElseGet(NoExecutor::new);
    for (Map.Entry<String, Settings.Target> entry : settings.targets().entrySet()) {
      if (entry.getValue() instanceof Settings.Target.Kubernetes settingsOf) {
        OpenCluster cluster =
            keep(
                new OpenCluster(
                    entry.getKey(),
                    settingsOf,
                    whereabouts,
                    new PulledImages(registries),
                    secrets::value,
                    manifests -> texts.find(manifests.hash()),
                    settings.prometheus(),
                    clock));
        open.add(cluster.target());
        executor.execute(cluster::sayTools);
        if (settings.steps().filter(at -> at.target().equals(entry.getKey())).isPresent()) {
          steps = keep(cluster.steps(settings.steps().get().executor(), clock));
        }
      }
    }
    Targets targets = new Targets(open, whereabouts);
    Holds holds = new Holds();
    DecisionTable decisions = new DecisionTable(database);
    ScalerLoop loop =
        keep(
            new ScalerLoop(
                targets.signals(),
                decisions,
                holds,
                row -> {
                  metrics.decided(row);
                  feed.publish(Change.Fleet.of(row));
                },
                io.windlass.scaler.control.Limits.STANDARD));
    FleetBindings bindings = new FleetBindings(database);
    Binder binder = new Binder(loop, bindings, targets::fleet, grants::find, clock);

    Engine engine =
        Engine.register(
            database,
            journal,
            new EngineParts(
                clock,
                new RunFiles(data),
                mirrors,
                new Clones(configured, hosts::cloneToken),
                Limits.DEFAULTS,
                steps,
                lookups,
                JibImageBuilder.open(images, registries, data.resolve("staging"), executor),
                new ImageRights(configured),
                grants,
                targets,
                lookups,
                binder,
                holds,
                targets.signals(),
                hosts::of,
                () -> chatHooks(configured.get()),
                new Links(Optional.of(settings.server().url())),
                RunLimits.DEFAULT,
                ROLLOUT_LOOK,
                feed.runs(),
                feed.environments()));
    journal.register(
        new DeliveryMachine(), Performer.idle(), new DeliveryTable(), feed.deliveries());
    Intake intake = new Intake(journal, clock);
    Deliveries deliveries = new Deliveries(database);
    binder.restore();
    metrics.watch(journal, loop);
    // Ended before the clients and stores that its effects use, which would fail without them.
    keep(journal);
    journal.start();

    Chores chores =
        keep(
            new Chores(
                configured,
                engine,
                loop,
                hosts,
                intake,
                new Redeliveries(configured, hosts, deliveries, clock),
                new ScheduleTimes(database),
                new Upkeep(
                    configured,
                    journal,
                    engine,
                    mirrors,
                    images,
                    deliveries,
                    decisions,
                    machine.map(LocalMachine::log)),
                clock));
    chores.start();
    Sessions sessions = new Sessions(token, clock);
    Gate gate =
        new Gate(token, sessions, settings.server().url(), settings.server().listen().host());
    LogApi logs = new LogApi(engine.runs());

    HttpServer server =
        keep(
            HttpServer.start(
                settings.server().listen().host(),
                settings.server().listen().port(),
                ApiJson.mapper(),
                List.of(
                    new AccessRoutes(gate, sessions, settings.server().url())::add,
                    StaticRoutes::add,
                    new DashboardRoutes(
                            new DashboardParts(
                                engine.runs(),
                                engine.environments(),
                                engine.releases(),
                                engine.repositories(),
                                engine.plans(),
                                deliveries,
                                loop,
                                decisions,
                                binder::policy,
                                () -> List.copyOf(configured.get().repositories().keySet()),
                                grants::has,
                                clock))
                        ::add,
                    new HookRoutes(intake, metrics::delivery)::add,
                    new ProbeRoutes(database, data.toFile()::getUsableSpace, metrics)::add,
                    new RunApi(engine.runs())::add,
                    logs::add,
                    new EnvironmentApi(
                            engine.environments(),
                            engine.releases(),
                            engine.repositories(),
                            grants::has)
                        ::add,
                    new PlanApi(engine.plans(), grants::has)::add,
                    new FleetApi(loop, decisions)::add,
                    new RepositoryApi(
                            () -> configured.get().repositories().keySet(),
                            engine.repositories(),
                            secrets)
                        ::add,
                    new DeliveryApi(deliveries)::add,
                    new EventApi(feed)::add,
                    new OperationRoutes(
                            () -> {
                              chores.reload();
                              binder.restore();
                            },
                            machine.map(LocalMachine::client))
                        ::add,
                    new OpenApiRoute()::add),
                () -> {
                  feed.close();
                  logs.close();
                }));
    LOG.atInfo()
        .addKeyValue("url", settings.server().url())
        .addKeyValue("port", server.port())
        .log("listening");
    return server;
  }

  private static MirrorSettings mirrors(Settings settings, Path directory) {
    MirrorSettings standard = MirrorSettings.in(directory);
    Map<String, Credentials> hosts = new HashMap<>();
    settings
        .submodules()
        .forEach((host, token) ->
            hosts.put(
                host,
                token
                    .map(value -> Credentials.token(value.reveal()))
                    .orElseGet(Credentials::anonymous)));
    return new MirrorSettings(standard.directory(), hosts, standard.limits());
  }

  private static JournalSettings journalSettings() {
    JournalSettings standard = JournalSettings.STANDARD;
    return new JournalSettings(
        MAX_STORED_CHARS, standard.maxTells(), standard.closeWait(), standard.databaseWait());
  }

  private static List<ChatHook> chatHooks(Settings settings) {
    List<Settings.Notification> all = settings.notifications();
    return IntStream.range(0, all.size())
        .mapToObj(i -> {
          Set<AlertEvent.Kind> kinds = EnumSet.noneOf(AlertEvent.Kind.class);
          all.get(i).on().forEach(occasion -> kinds.add(AlertEvent.Kind.valueOf(occasion.name())));
          return new ChatHook("notify-" + (i + 1), all.get(i).webhook(), kinds);
        })
        .toList();
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  /**
   * Stops listening, lets what is under way finish for a bounded time, and leaves the rest in its
   * rows. The keeper goes on.
   */
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("a part of the server did not end cleanly");
      }
    }
  }
}
