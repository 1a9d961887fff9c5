package io.windlass.engine.local.keeper;

import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.HostStepExecutor;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.engine.local.keeper.KeeperSettings.Limits;
import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A keeper in a directory of its own, a client to it, and words for what tests do with them. */
final class Bench implements AutoCloseable {
  static final String ENVIRONMENT = "acme/shop/production";
  static final String FLEET = ENVIRONMENT + "/web";
  static final Limits QUICK =
      new Limits(
          1 << 20,
          5,
          3,
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          Duration.ofMillis(200),
          Duration.ofSeconds(60),
          Duration.ofMinutes(1),
          16,
          1 << 30,
          1 << 30,
          1 << 20);

  private final Path temporary;
  final Path directory;
  final KeeperSettings settings;
  final KeeperClient client;
  final HttpClient http = HttpClient.newHttpClient();
  private Optional<Keeper> keeper = Optional.empty();
  private List<ReplicaStatus> seen = List.of();

  Bench(Path temporary) throws IOException {
    this(temporary, KeeperSettings.Sandboxing.WHERE_IT_WORKS);
  }

  Bench(Path temporary, KeeperSettings.Sandboxing sandboxing) throws IOException {
    this(temporary, settings -> settings.withSandbox(sandboxing));
  }

  /** With other settings than the usual ones. */
  Bench(Path temporary, UnaryOperator<KeeperSettings> change) throws IOException {
    this.temporary = Trees.passable(temporary);
    this.directory = temporary.resolve("keeper");
    this.settings = change.apply(KeeperSettings.of(directory).withLimits(QUICK));
    this.client = new KeeperClient(directory, Duration.ofSeconds(5));
  }

  /** With a content store. */
  Bench(Path temporary, Path store) throws IOException {
    this(temporary, settings -> settings.withContentStore(store));
  }

  /** What starts a keeper of these settings as a process of its own. */
  List<String> command() throws IOException {
    Path file = Files.write(temporary.resolve("settings.json"), Json.write(settings));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(KeeperLauncher.JVM_OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            KeeperMain.class.getName(),
            file.toString()));
    return command;
  }

  Keeper start() throws Exception {
    Keeper started = Keeper.start(settings, InstantSource.system(), new EvenLots());
    keeper = Optional.of(started);
    return started;
  }

  /** Of any number in a row the share that is below a bound is close to that bound. */
  private static final class EvenLots implements DoubleSupplier {
    private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
    private final AtomicLong drawn = new AtomicLong();

    @Override
    public double getAsDouble() {
      double many = drawn.incrementAndGet() * GOLDEN_RATIO;
      return many - Math.floor(many);
    }
  }

  /** Skips a test where a part of the machine is absent, and fails it where all must be there. */
  static void need(boolean there, String part) {
    if (!there && "true".equals(System.getenv("CI"))) {
      Assertions.fail("part absent: " + part);
    }
    Assumptions.assumeTrue(there, "part absent: " + part);
  }

  /** As an upgrade does: replicas stay. */
  void stop() {
    keeper.ifPresent(Keeper::close);
    keeper = Optional.empty();
  }

  static ReleaseSpec release(int number, Root root, Map<String, String> env) {
    Map<String, String> all = new HashMap<>(env);
    all.putIfAbsent("VERSION", "v" + number);
    ProcessSpec web =
        new ProcessSpec(
            root,
            TinyApp.command(),
            all,
            new Secrets(Map.of("TOKEN", "hunter2hunter2")),
            true,
            new Health.Http(
                Optional.of("/ready"),
                Optional.of("/ready"),
                Duration.ofMillis(200),
                Duration.ofSeconds(20)),
            new Resources(0, 256L << 20),
            Duration.ofSeconds(5));
    return new ReleaseSpec(
        ENVIRONMENT,
        ENVIRONMENT + "@" + number,
        Map.of("web", web),
        List.of(new RouteSpec(Optional.empty(), "/", "web")));
  }

  void size(int wanted) throws Exception {
    client.resize(new Resize(FLEET, wanted, "the test wants it", "test"));
  }

  void shift(ReleaseSpec release) throws Exception {
    client.prepare(release);
    client.shift(new Shift(ENVIRONMENT, release.release(), 100));
  }

  RolloutStatus awaitState(ReleaseSpec release, RolloutStatus.State state) {
    return await(release.release() + " to be " + state)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> client.rollout(ENVIRONMENT, release.release()), s -> s.state() == state);
  }

  List<ReplicaStatus> replicas() throws Exception {
    FleetStatus fleet = client.fleet(FLEET);
    seen = fleet.replicas();
    return seen;
  }

  /** The replicas when they were last asked for, or when the keeper was stopped. */
  List<ReplicaStatus> lastSeen() {
    return seen;
  }

  long ready(String release) throws Exception {
    return replicas().stream()
        .filter(r -> r.release().equals(release) && r.phase() == Phase.READY)
        .count();
  }

  /** Has a shell run the script as a step, with its log beside the keeper. */
  CompletableFuture<StepResult> step(String id, Path workspace, String script) {
    StepTask task =
        new StepTask(
            id,
            workspace,
            List.of(),
            List.of("/bin/sh", "-c", script),
            Map.of(),
            Map.of(),
            StepContainer.NONE,
            temporary.resolve(id + ".log"),
            StepLimits.DEFAULT);
    CompletableFuture<StepResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(new HostStepExecutor(client).run(task));
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  int proxyPort() {
    return keeper.orElseThrow().proxyPort();
  }

  int metricsPort() {
    return keeper.orElseThrow().port();
  }

  String metrics() throws IOException, InterruptedException {
    return overTcp("GET", "/metrics").body();
  }

  /** What the keeper answers to anybody on the machine. */
  HttpResponse<String> overTcp(String method, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metricsPort() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxyPort() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws Exception {
    try {
      if (keeper.isEmpty()) {
        start();
      }
      client.stopAll(Duration.ofSeconds(30));
    } finally {
      stop();
      client.close();
      http.close();
    }
  }

  /** The same whose process {@code web} asks for this much, and 64 MiB. */
  static ReleaseSpec asking(ReleaseSpec release, int cpuMillis) {
    ProcessSpec web = release.processes().get("web");
    return release.withProcesses(
        Map.of(
            "web",
            new ProcessSpec(
                web.root(),
                web.command(),
                web.env(),
                web.secrets(),
                web.serves(),
                web.health(),
                new Resources(cpuMillis, 64L << 20),
                web.drain())));
  }
}
