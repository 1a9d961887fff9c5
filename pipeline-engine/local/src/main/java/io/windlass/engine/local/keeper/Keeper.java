package io.windlass.engine.local.keeper;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.process.Family;
import io.windlass.engine.local.process.ProcessId;
import io.windlass.engine.local.process.ProcessStat;
import io.windlass.engine.local.process.ProcessTable;
import io.windlass.engine.local.protocol.Address;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.proxy.Proxy;
import io.windlass.engine.local.proxy.ProxyException;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.replica.Meter;
import io.windlass.engine.local.replica.Ports;
import io.windlass.engine.local.replica.ReplicaLog;
import io.windlass.engine.local.replica.Replicas;
import io.windlass.engine.local.sandbox.Berths;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.StateFile;
import io.windlass.engine.local.state.Vault;
import io.windlass.engine.local.step.Ground;
import io.windlass.engine.local.step.StepSettings;
import io.windlass.engine.local.step.Steps;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running keeper. Closing it leaves the replicas as they are: the next keeper of the same
 * directory finds them. Requests through the proxy fail between the two.
 */
public final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

  /** Far longer than anything that may still ask for a step's end. */
  private static final Duration ENDED_STEPS = Duration.ofDays(14);

  private final Standing standing;
  private final Isolation isolation;
  private final Berths berths;
  private final Loop loop;
  private final Crew crew;
  private final Steps steps;
  private final Proxy proxy;
  private final KeeperServer server;
  private final ScheduledExecutorService housekeeping =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("keeper-housekeeping").daemon().factory());
  private final KeeperStatus status;
  private final int port;

  /** Starts a keeper in its directory; it answers and serves when this returns. */
  public static Keeper start(KeeperSettings settings) throws KeeperException, InterruptedException {
    return start(settings, InstantSource.system(), () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * @param lots decide between releases, one for each request; called on many threads
   */
  static Keeper start(KeeperSettings settings, InstantSource clock, DoubleSupplier lots)
      throws KeeperException, InterruptedException {
    try {
      return new Keeper(settings, clock, lots);
    } catch (IOException | ImageException | ProxyException e) {
      throw new KeeperException(
          "Tried to start the keeper in \"" + settings.directory() + "\" but " + e.getMessage(), e);
    }
  }

  private Keeper(KeeperSettings settings, InstantSource clock, DoubleSupplier lots)
      throws KeeperException, IOException, ImageException, ProxyException, InterruptedException {
    Path directory = Trees.passable(settings.directory()).toRealPath();
    this.standing = Standing.take(directory);
    String name = standing.name();
    this.isolation = isolation(settings, directory, name);
    Vault vault = Vault.open(directory.resolve("key"));
    Releases releases = Releases.open(directory.resolve("releases"), vault);
    StateFile file = new StateFile(directory.resolve("state.json"));
    Users users = new Users(settings.firstUser());
    Replicas replicas = new Replicas(directory.resolve("replicas"), name, isolation, users);
    KeeperState state = afterBoot(file.read(), clock.instant());
    state.members().values().stream().filter(m -> m.running().isPresent()).forEach(replicas::found);
    sweep(name, state);
    isolation.cgroups().retain(state.members().keySet().stream().map(replicas::mark).toList());
    for (String id : replicas.known()) {
      if (!state.members().containsKey(id)) {
        replicas.forget(id);
      }
    }
    Optional<ContentStore> store = Optional.empty();
    if (settings.contentStore().isPresent()) {
      store =
          Optional.of(
              ContentStore.open(settings.contentStore().get(), StoreLimits.defaults(), clock));
    }
    Images images = new Images(directory.resolve("images"), store, isolation.sandbox().isolates());
    this.berths = new Berths(isolation, users, name, directory.resolve("steps"));
    Ground ground = new Ground(isolation, users, berths, images, releases);
    this.steps =
        Steps.open(
            new StepSettings(
                directory.resolve("steps"),
                name,
                settings.limits().steps(),
                Machine.memoryBytes() / 2,
                new Resources(
                    Runtime.getRuntime().availableProcessors() * 1000, Machine.memoryBytes()),
                settings.limits().workspaceBytes(),
                settings.limits().freeBytes()),
            ground,
            clock);
    this.proxy = new Proxy(Listening.settings(settings.routes(), standing.before()), lots);
    this.crew = new Crew(replicas, images, new Ports(clock.millis()), new Masking(releases));
    Room room = new Room(releases, settings.budget());
    Rollouts rollouts =
        new Rollouts(releases, room, new Breakage(releases, settings.limits().failing(), clock));
    this.loop =
        new Loop(clock, file, state, releases, crew, proxy, rollouts, room, settings.limits());
    // Who has waited at an inherited socket is not to be told that nothing is served here.
    loop.publish();
    int first = proxy.start();
    isolation.loopback().keptBy(directory);
    isolation.loopback().open(proxy.addresses());
    berths.prepare();
    Meter meter = new Meter(isolation.cgroups(), replicas::mark, settings.limits().measured());
    Figures figures = new Figures(clock, meter, loop::state, proxy::stats, releases);
    this.status =
        new KeeperStatus(
            Optional.ofNullable(Keeper.class.getPackage().getImplementationVersion())
                .orElse("development"),
            ProcessHandle.current().pid(),
            clock.instant(),
            StateFile.bootId(),
            Optional.of(first),
            new KeeperStatus.Isolation(
                isolation.sandbox().isolates(),
                isolation.sandbox().dropsUser(),
                isolation.cgroups().kind(),
                isolation.metadataBlocked(),
                isolation.sandbox().ownNetwork(),
                isolation.loopback().works(),
                isolation.notes()),
            room.taken(state));
    Answers answers =
        new Answers(loop, releases, rollouts, room, images, replicas, figures, steps, status);
    loop.start();
    this.server = new KeeperServer(standing.control(), settings.port(), answers, figures);
    this.port = server.start();
    keepHouse(clock, meter, images, releases, replicas, settings.limits());
    standing.announce(
        new Address(
            port,
            ProcessHandle.current().pid(),
            proxy.addresses().stream().map(InetSocketAddress::getPort).toList()));
    LOG.atInfo()
        .addKeyValue("metrics", port)
        .addKeyValue("routes", first)
        .addKeyValue("replicas", state.members().size())
        .log("The keeper keeps");
  }

  private static Isolation isolation(KeeperSettings settings, Path directory, String name)
      throws KeeperException {
    List<Path> hidden = new ArrayList<>(settings.around().hidden());
    hidden.add(directory);
    List<Path> tools = new ArrayList<>();
    tools.add(Path.of(System.getProperty("java.home")));
    tools.addAll(settings.tools());
    Isolation isolation =
        Isolation.probe(
            "windlass-" + name,
            settings.firstUser(),
            Users.COUNT,
            tools,
            new Isolation.Surroundings(
                hidden,
                settings.around().reach().stream()
                    .map(r -> new InetSocketAddress(InetAddress.ofLiteral(r.address()), r.port()))
                    .toList()),
            settings.sandbox() != Sandboxing.OFF);
    isolation.notes().forEach(LOG::warn);
    if (settings.sandbox() == Sandboxing.REQUIRED && !isolation.sandbox().isolates()) {
      throw new KeeperException(
          "Tried to start a keeper that must isolate but " + String.join("; ", isolation.notes()));
    }
    return isolation;
  }

  /** After another start of the machine none of the processes is there; all are wanted again. */
  private static KeeperState afterBoot(KeeperState state, Instant now) throws IOException {
    String boot = StateFile.bootId();
    if (state.bootId().equals(boot)) {
      return state;
    }
    KeeperState fresh = state.booted(boot);
    for (Member member : state.members().values()) {
      fresh =
          switch (member.phase()) {
            case DRAINING, STOPPING -> fresh.withoutMember(member.id());
            case STARTING, READY, UNREADY, BACKOFF, CRASH_LOOPING ->
                fresh.withMember(member.cleaned().forgiven().become(Phase.STARTING, now));
          };
    }
    LOG.atInfo().addKeyValue("replicas", fresh.members().size()).log("The machine was restarted");
    return fresh;
  }

  /** Ends what a keeper before this one had started and not written down any more. */
  private static void sweep(String name, KeeperState state) throws InterruptedException {
    Set<ProcessId> known =
        state.members().values().stream()
            .flatMap(m -> m.running().stream())
            .map(r -> r.process())
            .collect(Collectors.toSet());
    Set<ProcessId> swept = new HashSet<>();
    for (ProcessStat stat : ProcessTable.read().marked("WINDLASS_PROCESS=" + name + "-")) {
      boolean leads = stat.session() == stat.pid();
      if (leads && !known.contains(stat.id()) && swept.add(stat.id())) {
        new Family(stat.id(), name, true).kill();
      }
    }
    if (!swept.isEmpty()) {
      LOG.atWarn().addKeyValue("processes", swept.size()).log("Ended what nobody remembered");
    }
  }

  private void keepHouse(
      InstantSource clock,
      Meter meter,
      Images images,
      Releases releases,
      Replicas replicas,
      KeeperSettings.Limits limits) {
    every(1, () -> meter.look(loop.state().members().values(), proxy.stats(), clock.instant()));
    every(
        1,
        () -> {
          for (String id : loop.state().members().keySet()) {
            ReplicaLog.bound(replicas.log(id), limits.replicaLogBytes());
          }
        });
    every(3600, () -> steps.forgetEndedBefore(clock.instant().minus(ENDED_STEPS)));
    every(10, isolation.loopback()::restore);
    every(60, () -> images.collect(releases.digests(), limits.imageBytes()));
  }

  private interface Chore {
    void run() throws IOException;
  }

  private void every(int seconds, Chore chore) {
    Runnable task =
        () -> {
          try {
            chore.run();
          } catch (IOException | RuntimeException e) {
            LOG.warn("A chore of the keeper failed; it is tried again", e);
          }
        };
    // Whatever comes of it is logged by the task itself.
    var _ = housekeeping.scheduleAtFixedRate(task, seconds, seconds, TimeUnit.SECONDS);
  }

  /** Of the metrics, on the loopback. */
  public int port() {
    return port;
  }

  /** The first port that routes are served at. */
  public int proxyPort() {
    return status.proxyPort().orElseThrow();
  }

  public KeeperStatus status() {
    return status;
  }

  /** Stops keeping; steps that run are lost, replicas stay. */
  @Override
  public void close() {
    try {
      server.close();
      housekeeping.shutdownNow();
      steps.close();
      berths.close();
      loop.close();
      crew.close();
      proxy.close();
      isolation.loopback().close();
      isolation.cgroups().close();
      standing.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("The keeper's lock could not be given back", e);
    }
  }
}
