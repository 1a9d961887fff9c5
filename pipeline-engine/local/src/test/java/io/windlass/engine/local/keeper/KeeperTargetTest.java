package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.jib.JibImageBuilder;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperTarget;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutStrategyContract;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.secret.SecretValue;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an image that Jib built to replicas that serve, through the engine's port. */
class KeeperTargetTest extends RolloutStrategyContract {
  private static final EnvironmentId ENVIRONMENT = new EnvironmentId("acme/shop", "production");
  private static final ImageRef ABSENT = new ImageRef("x", "sha256:" + "0".repeat(64));

  private static final int REQUESTS = 200;

  @TempDir Path temporary;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private ContentStore store;
  private JibImageBuilder builder;
  private Bench bench;
  private KeeperTarget target;

  @Override
  protected RolloutTarget target() throws Exception {
    Path images = temporary.resolve("store");
    store = ContentStore.open(images, StoreLimits.defaults(), InstantSource.system());
    Registries none = new Registries(List.of(), store, executor, Retries.defaults());
    builder = JibImageBuilder.open(store, none, temporary.resolve("staging"), executor);
    bench = new Bench(temporary, images);
    bench.start();
    target =
        new KeeperTarget(
            bench.client,
            image -> store.image(image.digest()),
            version ->
                version.version() == 1
                    ? Optional.of(SecretValue.of("hunter2hunter2"))
                    : Optional.empty());
    return target;
  }

  @Override
  protected void size(int total) throws Exception {
    bench.size(total);
  }

  @Override
  protected Map<Long, Double> requests() throws Exception {
    Map<Long, Double> shares = new TreeMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      HttpResponse<String> answer = bench.get("/");
      assertThat(answer.statusCode()).isEqualTo(200);
      shares.merge(Long.valueOf(answer.body().substring(1)), 1.0 / REQUESTS, Double::sum);
    }
    return shares;
  }

  @Override
  protected double tolerance() {
    return 0.03;
  }

  @Override
  protected void breakDown(Release release) throws Exception {
    breakDown("v" + release.number());
  }

  @Override
  protected void breakOne(Release release) throws Exception {
    breakDown(
        bench.replicas().stream()
            .filter(replica -> replica.release().endsWith("@" + release.number()))
            .filter(replica -> replica.phase() == Phase.READY)
            .findFirst()
            .orElseThrow()
            .id());
  }

  private void breakDown(String versionOrReplica) throws Exception {
    try (var unpacked = Files.walk(bench.directory.resolve("images"))) {
      Path program = unpacked.filter(file -> file.endsWith("App.class")).findFirst().orElseThrow();
      TinyApp.breakDown(program.resolveSibling(""), versionOrReplica);
    }
  }

  @Override
  protected RolloutTarget restart() throws Exception {
    bench.stop();
    bench.start();
    return target;
  }

  @Override
  protected EnvironmentId environment() {
    return ENVIRONMENT;
  }

  @Override
  protected Release good(long number) throws Exception {
    return release(number, app(), true, 1);
  }

  @Override
  protected Release broken(long number) throws Exception {
    Release good = good(number);
    AppRuntime runtime = good.runtime();
    return new Release(
        good.id(),
        good.sha(),
        good.images(),
        new AppRuntime(
            Map.of("MODE", "crash"),
            runtime.secrets(),
            runtime.processes(),
            runtime.routes(),
            runtime.command()),
        good.createdAt());
  }

  @Override
  protected Release missing(long number) {
    return release(number, ABSENT, true, 1);
  }

  @Override
  protected Map<Long, Integer> ready() throws Exception {
    try {
      return bench.replicas().stream()
          .filter(replica -> replica.phase() == Phase.READY)
          .collect(
              Collectors.groupingBy(
                  replica -> Long.valueOf(replica.release().replaceFirst(".*@", "")),
                  Collectors.summingInt(_ -> 1)));
    } catch (KeeperException e) {
      assertThat(e.kind()).isEqualTo(KeeperException.Kind.NOT_FOUND);
      return Map.of();
    }
  }

  private ImageRef app() throws Exception {
    Path files = temporary.resolve("files");
    if (Files.notExists(files)) {
      TinyApp.in(Files.createDirectory(files));
    }
    return image(new Base.Host(), files, TinyApp.command());
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
    executor.close();
  }

  private ImageRef image(Base base, Path directory, List<String> entrypoint) throws Exception {
    List<ImagePlan.Entry> entries;
    try (var files = Files.walk(directory)) {
      entries =
          files
              .filter(Files::isRegularFile)
              .map(f ->
                  new ImagePlan.Entry(
                      f,
                      "/" + directory.relativize(f),
                      f.toFile().length(),
                      Files.isExecutable(f),
                      "0:0"))
              .toList();
    }
    ImagePlan plan =
        new ImagePlan(
            directory,
            base,
            List.of(new ImagePlan.Layer("all", entries)),
            entrypoint,
            new TreeMap<>(Map.of("FROM_IMAGE", "yes")),
            "/app",
            Optional.empty(),
            List.of(),
            new TreeMap<>(base instanceof Base.Host ? Map.of(Base.LABEL, "host") : Map.of()),
            Platform.ofThisMachine());
    BuiltImage built = builder.build(plan, new ImageName.InStore("acme/shop"), new Tag("c0ffee"));
    return new ImageRef(built.reference(), built.digest());
  }

  private static Release release(long number, ImageRef image, boolean serves, long secretVersion) {
    Optional<HealthRule> health =
        Optional.of(
            new HealthRule(
                Optional.of("/ready"),
                Optional.empty(),
                Duration.ofMillis(200),
                Duration.ofSeconds(20)));
    ProcessRuntime web =
        new ProcessRuntime(
            Optional.empty(),
            serves ? Optional.of(8080) : Optional.empty(),
            serves ? health : Optional.empty(),
            Optional.of(250),
            Optional.of(200L << 20),
            Duration.ofSeconds(5));
    return new Release(
        new ReleaseId(ENVIRONMENT, number),
        "c0ffee",
        Map.of("web", image),
        new AppRuntime(
            Map.of("VERSION", "v" + number),
            List.of(new SecretRef("TOKEN", Optional.empty(), secretVersion)),
            Map.of("web", web),
            serves ? List.of(new PublicRoute(Optional.empty(), "/", "web")) : List.of(),
            Optional.empty()),
        Instant.EPOCH);
  }

  private void settle(Release release) throws Exception {
    assertThat(target.verify(release)).isEqualTo(new Verified.Present());
    assertThat(target.prepare(release)).isEqualTo(new Prepared.Ready());
    size(1);
    target.shift(ENVIRONMENT, release.id(), new Division.Replace());
    await()
        .atMost(Duration.ofSeconds(40))
        .until(
            () -> target.progress(ENVIRONMENT, release.id()),
            p -> p instanceof RolloutProgress.Settled);
  }

  @Test
  void anImageOnTheHostServesAndRunsItsCommandOnce() throws Exception {
    Release release = good(1);
    settle(release);
    assertThat(bench.get("/").body()).isEqualTo("v1");

    ReleaseCommand command =
        new ReleaseCommand(
            "ls; echo $VERSION $FROM_IMAGE $TOKEN; echo $WINDLASS_REPOSITORY $WINDLASS_ENVIRONMENT $WINDLASS_SHA; date +%N; exit 3",
            Duration.ofSeconds(10));
    CommandResult first = target.once(release, command, "effect/1");
    assertThat(first.result())
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isEqualTo(3));
    assertThat(first.lastLogLines())
        .contains("App.class", "v1 yes ***", "acme/shop production c0ffee");
    assertThat(target.once(release, command, "effect/1")).isEqualTo(first);
  }

  @Test
  void aCommandOfAReleaseThatTheKeeperDoesNotKnowIsRefusedAtOnce() throws Exception {
    ReleaseCommand command = new ReleaseCommand("true", Duration.ofSeconds(10));

    assertThat(target.once(good(9), command, "effect/1").result())
        .isInstanceOf(StepResult.Refused.class);
  }

  @Test
  void anImageWithASystemOfItsOwnRunsInIt() throws Exception {
    Bench.need(bench.client.status().isolation().sandbox(), "bubblewrap does not work here");
    Path files = Files.createDirectories(temporary.resolve("files"));
    for (String needed :
        List.of(
            "/bin/sh",
            "/bin/sleep",
            "/lib/x86_64-linux-gnu/libc.so.6",
            "/lib64/ld-linux-x86-64.so.2")) {
      Bench.need(Files.exists(Path.of(needed)), needed + " is not there to make an image of");
      Path copy = files.resolve(needed.substring(1));
      Files.createDirectories(copy.getParent());
      Files.copy(Path.of(needed).toRealPath(), copy);
    }
    Files.createDirectories(files.resolve("app"));
    Files.writeString(files.resolve("app/hello"), "hello\n");
    ImageRef image =
        image(
            new Base.Scratch(),
            files,
            List.of(
                "/bin/sh",
                "-c",
                "read word <hello; echo $word from /*; while true; do /bin/sleep 1; done"));
    settle(release(1, image, false, 1));
    String replica = bench.replicas().getFirst().id();
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() ->
            assertThat(bench.client.replicaLog(replica, 5))
                .containsExactly("hello from /app /bin /dev /etc /lib /lib64 /proc /sys /tmp"));
  }

  @Test
  void whatIsNotThereIsToldBeforeAnythingMoves() throws Exception {
    Release noSecret = release(1, ABSENT, true, 2);
    assertThat(target.verify(noSecret))
        .isEqualTo(new Verified.Missing("secret \"TOKEN\" has no version 2"));
    Release noImage = release(1, ABSENT, true, 1);
    assertThat(target.verify(noImage)).isInstanceOf(Verified.Missing.class);
    assertThat(target.prepare(noImage)).isInstanceOf(Prepared.Failed.class);
  }
}
