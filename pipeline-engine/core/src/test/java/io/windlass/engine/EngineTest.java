package io.windlass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.AlertState;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.repository.Decision;
import io.windlass.engine.repository.RefMachine;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.repository.RepositoryState;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.MemoryTarget;
import io.windlass.engine.rollout.Phase;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.MemoryExecutor;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.Runs;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepState;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Share;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  private static final String FILE =
      """
      steps:
        test:
          run: ./test.sh
        lint:
          run: ./lint.sh
          allow-failure: true
        after:
          needs: [test]
          run: ./after.sh
      image:
        preset: files
        files: [{ from: app, to: app }]
        entrypoint: [sh, app/main.sh]
      app: { port: 8080 }
      environments:
        production: { target: local, scale: { min: 2, max: 6, cpu: 60% } }
      """;

  @TempDir Path directory;
  private EngineWorld world;
  private String first = "";

  @BeforeEach
  void open() throws Exception {
    world = new EngineWorld(directory, new MemoryImageBuilder(), store());
    first = world.git.write("windlass.yaml", FILE).write("app/main.sh", "echo 1").commit("first");
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** The store to test on. */
  DatabaseSettings store() {
    return DatabaseSettings.in(directory.resolve("data"));
  }

  private String next(String text) throws Exception {
    return world.git.write("app/main.sh", text).commit("next");
  }

  private void fails(String step) {
    world.executor.script(
        task -> Optional.of(MemoryExecutor.exited(task.id().contains("-" + step + "-") ? 1 : 0)));
  }

  @Test
  void aPushIsRunBuiltAndRolledOut() {
    world.push("", first);

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).as(run.toString()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(run.steps())
        .extracting(RunDetail.StepView::status)
        .containsOnly(StepState.Status.PASSED);
    assertThat(run.deployments().get("production").stage()).isEqualTo(DeploymentStage.LIVE);
    assertThat(world.serving()).contains(1L);
    assertThat(world.bound).contains("acme/shop/production/web 2..6");
    Environments.View production =
        world.engine().environments().one(EngineWorld.PRODUCTION).orElseThrow();
    assertThat(production.current().orElseThrow().sha()).isEqualTo(first);
    assertThat(world.engine().releases().list(EngineWorld.PRODUCTION, Optional.empty(), 10))
        .singleElement()
        .satisfies(release -> assertThat(release.status()).isEqualTo(Releases.Listed.Status.LIVE));
  }

  @Test
  void theSameDeliveryTwiceAndAnotherOneOfTheSameCommitMakeOneRun() {
    world.push("guid", "", first, false);
    world.push("guid", "", first, false);
    world.push("other", "", first, false);

    world.ended(1);

    assertThat(world.engine().runs().list(Runs.Filter.NEWEST)).hasSize(1);
    assertThat(world.engine().repositories().decisions(EngineWorld.SHOP, Optional.empty(), 10))
        .extracting(decided -> decided.decision().verdict())
        .containsExactlyInAnyOrder(Decision.Verdict.RUN, Decision.Verdict.DUPLICATE);
  }

  @Test
  void aFailedStepEndsTheRunAndNothingIsDeployed() {
    fails("test");
    world.push("", first);

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.summary().cause()).contains("step \"test\" exited with 1");
    assertThat(run.steps().get(2).status()).isEqualTo(StepState.Status.SKIPPED);
    assertThat(run.deployments()).isEmpty();
    assertThat(world.target.shifts()).isEmpty();
  }

  @Test
  void aStepThatMayFailStopsNothing() {
    fails("lint");
    world.push("", first);

    assertThat(world.ended(1).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
  }

  @Test
  void aReleaseThatDoesNotStartReturnsToTheOneBeforeAndSaysWhy() throws Exception {
    world.push("", first);
    world.ended(1);
    String second = next("echo 2");
    world.target.breaks(second);
    world.push(first, second);

    RunDetail run = world.ended(2);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.summary().cause().orElseThrow())
        .contains("crashed 3 times")
        .contains("release 1 serves again");
    assertThat(run.deployments().get("production").lastLogLines())
        .contains("no such table: basket");
    assertThat(world.serving()).contains(1L);
    assertThat(world.engine().environments().one(EngineWorld.PRODUCTION).orElseThrow().degraded())
        .isEmpty();
  }

  @Test
  void theSizesThatAFailedCommitBroughtGoAwayWithIt() throws Exception {
    world.push("", first);
    world.ended(1);
    String policy =
        world.git.write("windlass.yaml", FILE.replace("max: 6", "max: 7")).commit("policy");
    world.push(first, policy);
    world.ended(2);
    String second =
        world
            .git
            .write("windlass.yaml", FILE.replace("min: 2, max: 6", "min: 1, max: 3"))
            .write("app/main.sh", "echo 2")
            .commit("smaller");
    world.target.breaks(second);

    world.push(policy, second);

    world.ended(3);
    assertThat(world.bound)
        .endsWith(
            "acme/shop/production/web 2..7",
            "acme/shop/production/web 1..3",
            "acme/shop/production/web 2..7");
  }

  @Test
  void aRolloutSaysThatTheHostIsFullAndGoesOnWhenItIsNoMore() throws Exception {
    world.push("", first);
    world.ended(1);
    world.target.obstructed(Optional.of("host is full: replicas have 1 of 1 MiB"));
    world.push(first, next("echo 2"));

    world.await(
        2,
        run ->
            Optional.ofNullable(run.deployments().get("production"))
                .filter(d -> d.detail().contains("host is full: replicas have 1 of 1 MiB"))
                .isPresent());
    assertThat(
            world
                .engine()
                .environments()
                .one(EngineWorld.PRODUCTION)
                .flatMap(Environments.View::rollout)
                .flatMap(Environments.Under::obstacle))
        .contains("host is full: replicas have 1 of 1 MiB");
    world.target.obstructed(Optional.empty());

    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.serving()).contains(2L);
  }

  @Test
  void aRolloutWhoseTimePassesWhileTheServerIsAwayGoesOn() throws Exception {
    world.push("", first);
    world.ended(1);
    world.target.obstructed(Optional.of("host is full"));
    world.push(first, next("echo 2"));
    await().atMost(Duration.ofSeconds(30)).until(() -> phase().equals(Optional.of(Phase.WATCHING)));

    world.restart(Duration.ofMinutes(15), () -> world.target.obstructed(Optional.empty()));

    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.serving()).contains(2L);
  }

  @Test
  void aServerThatLostItsDataBringsBackWhatItsTargetServed() throws Exception {
    var image = new ImageRef("shop@sha256:41", "sha256:41");
    var unknown =
        new Release(
            new ReleaseId(EngineWorld.PRODUCTION, 41),
            "%040x".formatted(41),
            Map.of("web", image),
            Runtimes.web(Optional.empty()),
            Instant.now());
    world.target.prepare(unknown);
    world.target.shift(EngineWorld.PRODUCTION, unknown.id(), new Division.Replace());
    await()
        .until(() ->
            world.target.progress(EngineWorld.PRODUCTION, unknown.id())
                instanceof RolloutProgress.Settled);
    world.target.breaks(first);

    world.push("", first);

    assertThat(world.ended(1).summary().status()).isEqualTo(RunSummary.Status.FAILED);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            world
                .engine()
                .environments()
                .one(EngineWorld.PRODUCTION)
                .flatMap(Environments.View::degraded)
                .filter(why -> why.startsWith("release 41, which this server does not know"))
                .isPresent());
    assertThat(world.target.shifts())
        .last()
        .extracting(MemoryTarget.Shift::to)
        .isEqualTo(unknown.id());
    assertThat(world.serving()).contains(41L);
  }

  private static final String CANARY =
      FILE.replace(
          "target: local,",
          "target: local, rollout: { strategy: canary, stages: [{ weight: 10%, hold: 100ms }, { weight: 50%, hold: 100ms, approve: true }] },");

  private Optional<Phase> phase() {
    return world
        .engine()
        .environments()
        .one(EngineWorld.PRODUCTION)
        .flatMap(Environments.View::rollout)
        .map(Environments.Under::phase);
  }

  /** The second commit is on its way to everything; returns it. */
  private String canary() throws Exception {
    world.push("", first);
    world.ended(1);
    String second =
        world.git.write("windlass.yaml", CANARY).write("app/main.sh", "echo 2").commit("canary");
    world.push(first, second);
    return second;
  }

  private void awaitGate() {
    await().atMost(Duration.ofSeconds(30)).until(() -> phase().equals(Optional.of(Phase.GATED)));
  }

  @Test
  void aCanaryWaitsForAPersonWithTheScalerHeld() throws Exception {
    canary();
    awaitGate();

    assertThat(
            world.holds.active(
                FleetId.parse(EngineWorld.PRODUCTION + "/web"),
                Instant.now().plus(Duration.ofMinutes(1))))
        .isNotEmpty();
    assertThat(world.target.requests(EngineWorld.PRODUCTION)).hasSize(2);
    for (Environments.Meant other :
        List.of(
            new Environments.Meant(99, Optional.empty()),
            new Environments.Meant(2, Optional.of(1)))) {
      assertThat(
              world
                  .engine()
                  .environments()
                  .approve(EngineWorld.PRODUCTION, Optional.of(other), "ada"))
          .as("somebody looks at %s", other)
          .isInstanceOf(Environments.Word.Impossible.class);
    }
    assertThat(
            world.engine().environments().approve(EngineWorld.PRODUCTION, Optional.empty(), "ada"))
        .isEqualTo(new Environments.Word.Told(Optional.of(2L)));

    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.target.requests(EngineWorld.PRODUCTION).keySet())
        .extracting(ReleaseId::number)
        .containsExactly(2L);
    assertThat(
            world.engine().environments().approve(EngineWorld.PRODUCTION, Optional.empty(), "ada"))
        .isInstanceOf(Environments.Word.Impossible.class);
    assertThat(
            world
                .engine()
                .environments()
                .abort(EngineWorld.PRODUCTION, Optional.empty(), "ada", "late"))
        .isInstanceOf(Environments.Word.Impossible.class);
  }

  @Test
  void aCanaryThatMayNotGrowSaysSoAndStaysWhereItIs() throws Exception {
    canary();
    awaitGate();
    world.target.obstructed(Optional.of("no node has room"));

    world.target.size(EngineWorld.PRODUCTION, 4);

    world.await(
        2,
        run ->
            Optional.ofNullable(run.deployments().get("production"))
                .filter(d -> d.detail().endsWith("this is in its way: no node has room"))
                .isPresent());
    assertThat(phase()).contains(Phase.GATED);
    world.engine().environments().approve(EngineWorld.PRODUCTION, Optional.empty(), "ada");
    world.target.obstructed(Optional.empty());
    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
  }

  @Test
  void aCanaryThatBreaksAtTheGateReturns() throws Exception {
    String second = canary();
    awaitGate();

    world.target.breaks(second);

    assertThat(world.ended(2).summary().cause().orElseThrow()).contains("release 1 serves again");
    assertThat(world.serving()).contains(1L);
  }

  private Optional<String> alerted() {
    return world
        .journal()
        .state(new Subject(AlertMachine.KIND, "acme/shop@refs/heads/main"), AlertState.class)
        .flatMap(AlertState::failure);
  }

  @Test
  void aReturnThatTheTargetRefusesIsAlertedOfAndTheNextCommitMendsIt() throws Exception {
    String second = canary();
    awaitGate();
    world.target.refusing(Optional.of("the release is gone"));
    world.target.breaks(second);

    RunDetail run = world.ended(2);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.ERRORED);
    await().atMost(Duration.ofSeconds(30)).until(() -> alerted().isPresent());
    assertThat(alerted().orElseThrow())
        .contains("release 1 could not be brought back")
        .contains("the release is gone");
    world.target.refusing(Optional.empty());
    world.push(second, world.git.write("windlass.yaml", FILE).commit("mend"));
    assertThat(world.ended(3).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.serving()).contains(3L);
    assertThat(world.engine().environments().one(EngineWorld.PRODUCTION).orElseThrow().degraded())
        .isEmpty();
  }

  @Test
  void aCanaryThatAPersonGivesUpReturns() throws Exception {
    canary();
    awaitGate();

    world
        .engine()
        .environments()
        .abort(EngineWorld.PRODUCTION, Optional.empty(), "ada", "not today");

    assertThat(world.ended(2).summary().cause().orElseThrow())
        .contains("ada stopped it: not today; release 1 serves again");
    assertThat(world.serving()).contains(1L);
  }

  @Test
  void aCanaryGoesOnWhereverTheServerIsKilled() throws Exception {
    canary();
    Optional<Phase> before = Optional.empty();
    Instant end = Instant.now().plusSeconds(60);
    while (world.serving().filter(release -> release == 2).isEmpty() || phase().isPresent()) {
      assertThat(Instant.now()).as("stuck while %s", before).isBefore(end);
      Optional<Phase> now = phase();
      if (!now.equals(before)) {
        world.restart();
        before = now;
      }
      if (now.equals(Optional.of(Phase.GATED))) {
        world.engine().environments().approve(EngineWorld.PRODUCTION, Optional.empty(), "ada");
      }
    }

    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(
            world.target.shifts().stream()
                .filter(shift -> shift.to().number() == 2)
                .map(MemoryTarget.Shift::division)
                .distinct())
        .containsExactly(
            new Division.Part(Share.percent(10)),
            new Division.Part(Share.percent(50)),
            new Division.Replace());
  }

  @Test
  void aTargetThatLostWhatServedGetsItAgainWithTheNextDeploymentOfIt() throws Exception {
    world.push("", first);
    world.ended(1);
    world.target.loseEverything();

    world
        .engine()
        .repositories()
        .run(
            EngineWorld.SHOP,
            Optional.of("refs/heads/main"),
            Optional.of(first),
            Optional.of("production"),
            "ops");

    world.ended(2);
    assertThat(world.serving()).contains(2L);
  }

  private String bringing(String text) throws Exception {
    String file =
        FILE.replace("app: { port: 8080 }\n", "").replace("local, ", "local, manifests: deploy, ");
    return world.git.write("windlass.yaml", file).write("deploy/web.yaml", text).commit("bring");
  }

  @Test
  void aReleaseNamesTheManifestsThatItsCommitBrings() throws Exception {
    String sha = bringing("kind: Deployment\n");
    world.push("", sha);

    assertThat(world.ended(1).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    ManifestRef manifests =
        world
            .engine()
            .environments()
            .one(EngineWorld.PRODUCTION)
            .flatMap(Environments.View::current)
            .flatMap(release -> release.runtime().manifests())
            .orElseThrow();
    assertThat(world.engine().manifests().find(manifests.hash())).contains("kind: Deployment\n");
    assertThat(manifests.tool()).isEqualTo("plain files");
    assertThat(directory.resolve("data/renderings")).isEmptyDirectory();

    String other = bringing("kind: Deployment # changed\n");
    world.push(sha, other);
    world.ended(2);
    assertThat(world.serving()).contains(2L);
  }

  @Test
  void manifestsThatATargetDoesNotTakeFailTheRunBeforeAnythingMoves() throws Exception {
    world.push("", bringing("hostile\n"));

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.deployments().get("production").detail()).isEqualTo("it is hostile");
    assertThat(world.serving()).isEmpty();
  }

  @Test
  void aRemovedEnvironmentIsListedNoMoreAndItsHistoryStays() throws Exception {
    world.push("", first);
    world.ended(1);

    world.engine().environments().remove(EngineWorld.PRODUCTION, "ops", "moved away");

    org.awaitility.Awaitility.await()
        .until(() -> world.engine().environments().list(Optional.empty()).isEmpty());
    assertThat(world.serving()).isEmpty();
    assertThat(world.engine().releases().neededDigests(5)).isEmpty();
    assertThat(world.engine().releases().list(EngineWorld.PRODUCTION, Optional.empty(), 10))
        .hasSize(1);
    Environments.View left =
        world.engine().environments().one(EngineWorld.PRODUCTION).orElseThrow();
    assertThat(left.removal().orElseThrow().why()).isEqualTo("moved away");
    world.push(first, next("echo 2"));
    assertThat(world.ended(2).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.engine().environments().list(Optional.empty())).hasSize(1);
  }

  @Test
  void theImageOfADeploymentThatWaitsIsKept() {
    world.engine().environments().freeze(EngineWorld.PRODUCTION, "ops", "a sale");
    world.push("", first);
    RunDetail run =
        world.await(
            1,
            any ->
                Optional.ofNullable(any.deployments().get("production"))
                    .filter(d -> d.stage() == DeploymentStage.WAITING)
                    .isPresent());
    String digest = run.image().orElseThrow().image().orElseThrow().digest();
    assertThat(world.engine().releases().neededDigests(5)).isEmpty();

    assertThat(world.engine().environments().askedDigests()).containsExactly(digest);
    assertThat(world.engine().runs().builtDigests()).containsExactly(digest);
    assertThat(world.engine().neededDigests(5)).containsExactly(digest);
  }

  @Test
  void anImagesNameThatTheOperatorDoesNotGrantIsNotBuilt() throws Exception {
    world.refusedImages.put("ghcr.io/acme/other", "ghcr.io/acme/other is not granted");
    String other =
        world
            .git
            .write(
                "windlass.yaml",
                FILE.replace("preset: files", "preset: files\n  name: ghcr.io/acme/other"))
            .commit("another's name");
    world.push(first, other);

    RunDetail run = world.ended(1);

    assertThat(run.summary().cause().orElseThrow()).contains("ghcr.io/acme/other is not granted");
    assertThat(run.image().orElseThrow().image()).isEmpty();
    assertThat(world.target.shifts()).isEmpty();
  }

  @Test
  void aCommitIsDeployedThoughNoPushWasEverHeardOf() {
    world
        .engine()
        .repositories()
        .run(
            EngineWorld.SHOP,
            Optional.empty(),
            Optional.of(first),
            Optional.of("production"),
            "ops");

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).as(run.toString()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(run.summary().ref()).isEqualTo("refs/heads/main");
    assertThat(run.summary().title()).isEqualTo("first");
    assertThat(world.serving()).contains(1L);
  }

  @Test
  void schedulesAreKnownBeforeTheFirstPush() throws Exception {
    world
        .git
        .write("windlass.yaml", FILE + "on: { schedule: [{ cron: '0 3 * * *' }] }\n")
        .commit("nightly");

    world.engine().repositories().lookForMissed(EngineWorld.SHOP, "start");

    org.awaitility.Awaitility.await()
        .until(() -> world.engine().repositories().schedules().size() == 1);
    assertThat(world.engine().runs().list(Runs.Filter.NEWEST)).isEmpty();
  }

  @Test
  void aFileThatIsWrongFailsTheRunWithEveryProblem() throws Exception {
    String second =
        world.git.write("windlass.yaml", "steps: { a: { rnu: x, timeuot: 3 } }\n").commit("wrong");
    world.push(first, second);

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.problems())
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(problem -> problem.startsWith("windlass.yaml:1:"));
  }

  @Test
  void aDeploymentThatTheOperatorDoesNotGrantIsRefusedWithTheReason() {
    world.refusals.put("production", Optional.of("branch main is not among production's branches"));
    world.push("", first);

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.summary().cause().orElseThrow()).contains("branch main is not among");
    assertThat(world.target.shifts()).isEmpty();
  }

  @Test
  void aRestartInTheMiddleTakesUpWhatWasUnderWayAndStartsNothingTwice() {
    world.executor.script(task -> Optional.empty());
    world.push("", first);
    world.await(1, run -> world.executor.started().size() == 2);
    world.restart();
    world.restart();
    world
        .executor
        .started()
        .forEach(task -> world.executor.finish(task.id(), MemoryExecutor.exited(0)));
    world.await(1, run -> world.executor.started().size() == 3);
    world.restart();
    world.executor.finish(world.executor.started().getLast().id(), MemoryExecutor.exited(0));

    assertThat(world.ended(1).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.executor.started())
        .extracting(StepTask::id)
        .doesNotHaveDuplicates()
        .hasSize(3);
  }

  @Test
  void cancelEndsARunAtOnce() {
    world.executor.script(task -> Optional.empty());
    world.push("", first);
    RunDetail running = world.await(1, run -> world.executor.started().size() == 2);

    assertThat(world.engine().runs().cancel(running.summary().id(), "ops")).isTrue();

    RunDetail run = world.ended(1);
    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.CANCELLED);
    assertThat(run.summary().cause()).contains("cancelled by ops");
  }

  @Test
  void aManualReturnFreezesUntilItIsLifted() throws Exception {
    world.push("", first);
    world.ended(1);
    String second = next("echo 2");
    world.push(first, second);
    world.ended(2);
    assertThat(world.serving()).contains(2L);

    assertThat(
            world
                .engine()
                .environments()
                .rollBack(EngineWorld.PRODUCTION, Optional.empty(), "ops", "too slow"))
        .isEqualTo(new Environments.Return.Asked(1));
    org.awaitility.Awaitility.await().until(() -> world.serving().equals(Optional.of(1L)));
    String third = next("echo 3");
    world.push(second, third);
    world.await(
        3,
        run ->
            Optional.ofNullable(run.deployments().get("production"))
                .filter(d -> d.detail().contains("frozen by ops: too slow"))
                .isPresent());
    world.engine().environments().unfreeze(EngineWorld.PRODUCTION, "ops");

    assertThat(world.ended(3).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(world.serving()).contains(3L);
  }

  @Test
  void aCommitThatCameWhileNobodyListenedIsFound() throws Exception {
    world.push("", first);
    world.ended(1);
    world.engine().repositories().lookForMissed(EngineWorld.SHOP, "start");
    org.awaitility.Awaitility.await()
        .until(() -> world.engine().repositories().state(EngineWorld.SHOP).orElseThrow().known());
    next("echo missed");
    world.restart();
    world.engine().repositories().lookForMissed(EngineWorld.SHOP, "start");

    assertThat(world.ended(2).summary().askedBy()).isEqualTo("found missing");
  }

  @Test
  void whatIsOverIsForgottenAndWhatServesOrStandsIsNot() throws Exception {
    world.push("", first);
    world.ended(1);
    String second = next("echo 2");
    world.push(first, second);
    world.ended(2);
    String third = next("echo 3");
    world.push(second, third);
    world.ended(3);
    Instant later = Instant.now().plus(Duration.ofDays(1));

    org.awaitility.Awaitility.await()
        .untilAsserted(() -> {
          world.journal().trim(later);
          world.engine().forget(later, 1);
          assertThat(world.engine().runs().list(Runs.Filter.NEWEST))
              .extracting(run -> run.id().number())
              .containsExactly(3L);
        });

    assertThat(world.engine().releases().list(EngineWorld.PRODUCTION, Optional.empty(), 10))
        .extracting(listed -> listed.release().number(), Releases.Listed::status)
        .containsExactly(tuple(3L, Releases.Listed.Status.LIVE));
    assertThat(world.engine().environments().rollouts(EngineWorld.PRODUCTION, Optional.empty(), 10))
        .isEmpty();
    assertThat(world.engine().repositories().heads(EngineWorld.SHOP, 10))
        .extracting(Repositories.KnownHead::sha)
        .containsExactly(third);
    world.push("again", second, third, false);
    String fourth = next("echo 4");
    world.push(third, fourth);
    assertThat(world.ended(4).summary().sha()).isEqualTo(fourth);
    assertThat(world.serving()).contains(4L);
  }

  @Test
  void releasesThatPeopleCanReturnToAreKeptWithTheirRuns() throws Exception {
    world.push("", first);
    world.ended(1);
    world.push(first, next("echo 2"));
    world.ended(2);
    Instant later = Instant.now().plus(Duration.ofDays(1));

    world.engine().forget(later, 2);

    assertThat(world.engine().releases().list(EngineWorld.PRODUCTION, Optional.empty(), 10))
        .hasSize(2);
    assertThat(world.engine().runs().list(Runs.Filter.NEWEST)).hasSize(2);
  }

  @Test
  void aBranchThatIsGoneIsForgottenAndCanComeBack() throws Exception {
    world.push("", first);
    world.ended(1);
    world.git.git("checkout", "--quiet", "-b", "better");
    String better = next("echo better");
    world.push("made", "refs/heads/better", Sha.NONE, better);
    world.ended(2);
    world.push("removed", "refs/heads/better", better, Sha.NONE);
    var branch = RefMachine.subject("acme/shop", "refs/heads/better");
    Instant later = Instant.now().plus(Duration.ofDays(1));

    org.awaitility.Awaitility.await()
        .untilAsserted(() -> {
          world.engine().repositories().forgetGoneRefs(later);
          assertThat(world.journal().history(branch, 0, 10)).isEmpty();
        });

    assertThat(world.journal().history(RefMachine.subject("acme/shop", "refs/heads/main"), 0, 10))
        .isNotEmpty();
    world.engine().repositories().lookForMissedPullRequests(EngineWorld.SHOP, "start");
    org.awaitility.Awaitility.await().until(this::pullRequestsKnown);
    world.journal().trim(later);
    world.push("anew", "refs/heads/better", Sha.NONE, better);
    assertThat(world.ended(3).summary().sha()).isEqualTo(better);
  }

  private void lookForPullRequests() {
    world.engine().repositories().lookForMissedPullRequests(EngineWorld.SHOP, "start");
  }

  private Intent.PullRequest pullRequest(long number, String sha, String from) {
    return new Intent.PullRequest(
        number,
        "a better shop",
        "ada",
        sha,
        Optional.of(RepositoryName.of(from)),
        "better",
        Ref.branch("main"),
        first,
        !from.equals("acme/shop"),
        false);
  }

  private boolean pullRequestsKnown() {
    return world
        .engine()
        .repositories()
        .state(EngineWorld.SHOP)
        .filter(RepositoryState::pullRequestsKnown)
        .isPresent();
  }

  @Test
  void aPullRequestThatCameWhileNobodyListenedIsFoundOnceAndAForksIsRefused() throws Exception {
    lookForPullRequests();
    org.awaitility.Awaitility.await().until(this::pullRequestsKnown);
    world.git.git("checkout", "--quiet", "-b", "better");
    String better = next("echo better");
    world.pullRequests.add(pullRequest(7, better, "acme/shop"));
    world.pullRequests.add(pullRequest(8, better, "eve/shop"));
    world.restart();

    lookForPullRequests();
    RunDetail run = world.ended(1);
    lookForPullRequests();
    String best = next("echo best");
    world.pullRequests.set(0, pullRequest(7, best, "acme/shop"));
    lookForPullRequests();
    world.ended(2);

    assertThat(run.summary().askedBy()).isEqualTo("found missing");
    assertThat(run.summary().pullRequest()).contains(7L);
    assertThat(run.summary().sha()).isEqualTo(better);
    assertThat(world.engine().runs().list(Runs.Filter.NEWEST))
        .extracting(RunSummary::sha)
        .containsExactly(best, better);
    assertThat(world.engine().repositories().decisions(EngineWorld.SHOP, Optional.empty(), 100))
        .extracting(Repositories.Decided::decision)
        .filteredOn(decision -> decision.verdict() == Decision.Verdict.REFUSED)
        .singleElement()
        .satisfies(refused -> {
          assertThat(refused.ref()).isEqualTo("refs/pull/8/head");
          assertThat(refused.reason()).contains("forks", "eve/shop");
        });
  }

  @Test
  void deliveriesOfAPullRequestThatComeAfterItWasFoundStartNothing() throws Exception {
    lookForPullRequests();
    org.awaitility.Awaitility.await().until(this::pullRequestsKnown);
    world.git.git("checkout", "--quiet", "-b", "better");
    String better = next("echo better");
    String best = next("echo best");
    world.pullRequests.add(pullRequest(7, best, "acme/shop"));
    lookForPullRequests();
    world.ended(1);

    world.pull("opened", pullRequest(7, better, "acme/shop"));
    world.pull("synchronize", pullRequest(7, best, "acme/shop"));
    world.push("", first);

    assertThat(world.ended(2).summary().ref()).isEqualTo("refs/heads/main");
    assertThat(world.engine().repositories().decisions(EngineWorld.SHOP, Optional.empty(), 100))
        .extracting(Repositories.Decided::decision)
        .extracting(Decision::verdict)
        .contains(Decision.Verdict.LATE, Decision.Verdict.DUPLICATE);
  }

  @Test
  void anOldForcedPushThatComesLateDoesNotBringItsCommitBack() throws Exception {
    world.push("", first);
    world.ended(1);
    String taken = next("echo taken");
    world.push(first, taken);
    world.ended(2);
    world.git.git("reset", "--hard", "--quiet", first);
    String kept = next("echo kept");
    world.push("away", taken, kept, true);
    world.ended(3);

    world.push("late", first, taken, true);
    String last = next("echo last");
    world.push(kept, last);

    assertThat(world.ended(4).summary().sha()).isEqualTo(last);
  }

  @Test
  void commitsAreMarkedAndTheLastMarkIsTheLastState() {
    world.push("", first);
    world.ended(1);

    org.awaitility.Awaitility.await()
        .untilAsserted(() -> {
          assertThat(last("windlass").state()).isEqualTo(CommitStatus.State.SUCCESS);
          assertThat(last("windlass/production").description()).isEqualTo("release 1 is live");
        });
    assertThat(last("windlass").target().orElseThrow())
        .hasToString("https://windlass.example.com/runs/acme/shop/1");
  }

  private CommitStatus last(String context) {
    List<CommitStatus> ofContext =
        world.marks.stream().filter(mark -> mark.context().equals(context)).toList();
    assertThat(ofContext).isNotEmpty();
    return ofContext.getLast();
  }

  @Test
  void anAttemptHasItsLogAndTheWorkspaceGoesWhenTheRunHasEnded() {
    world.push("", first);
    RunDetail run = world.ended(1);

    assertThat(world.engine().runs().log(run.summary().id(), "test", 1).orElseThrow()).exists();
    org.awaitility.Awaitility.await()
        .until(() -> !Files.exists(directory.resolve("data/workspaces/acme/shop/1")));
  }

  @Test
  void aLostStepIsTriedAgainOnlyIfTheFileSaysSo() throws Exception {
    String second =
        world
            .git
            .write(
                "windlass.yaml", FILE.replace("run: ./test.sh", "run: ./test.sh\n    retries: 1"))
            .commit("retries");
    world.executor.script(task ->
        Optional.of(
            task.id().endsWith("-test-1")
                ? new StepResult.Lost("the keeper was killed")
                : MemoryExecutor.exited(0)));
    world.push(first, second);

    RunDetail run = world.ended(1);

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(run.steps().getFirst().attempts()).hasSize(2);
  }
}
