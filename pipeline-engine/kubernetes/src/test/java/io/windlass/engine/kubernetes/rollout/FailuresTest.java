package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBindingBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever goes wrong with a release, the one before serves on, and one sentence says the cause.
 */
final class FailuresTest {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Division REPLACE = new Division.Replace();
  private static final Division HALF = new Division.Part(Share.percent(50));

  private KubeCluster cluster;
  private FaultyApi api;
  private World world;

  @BeforeEach
  void begin() throws Exception {
    cluster = KubeCluster.shared();
    api = FaultyApi.before(cluster);
    world = World.open(cluster, api);
    world.target().prepare(world.release(1));
    world.fleet().resize(2, "a test");
    shift(world.release(1), REPLACE);
    settle(world.release(1));
  }

  @AfterEach
  void close() {
    world.close();
    api.close();
  }

  private void shift(Release release, Division division) throws RolloutException {
    world.target().shift(world.environment(), release.id(), division);
  }

  private RolloutProgress progress(ReleaseId release) throws RolloutException {
    return world.target().progress(world.environment(), release);
  }

  private void settle(Release release) {
    Awaitility.await()
        .atMost(LONG)
        .ignoreException(RolloutException.class)
        .until(() -> progress(release.id()) instanceof RolloutProgress.Settled);
  }

  private RolloutProgress.Failing fail(Release release) {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> {
          assertOldServes();
          return progress(release.id()) instanceof RolloutProgress.Failing;
        });
    try {
      return (RolloutProgress.Failing) progress(release.id());
    } catch (RolloutException e) {
      throw new AssertionError(e);
    }
  }

  private void assertOldServes() {
    assertThat(world.ready()).containsEntry(1L, 2);
    assertThat(world.requests()).containsOnlyKeys(1L);
  }

  @ParameterizedTest
  @MethodSource("begun")
  void aReturnIsNotOverBeforeWhatWasBegunIsSeen(Division division) throws Exception {
    Release next = world.release(2);
    world.target().prepare(next);
    api.lag();
    shift(next, division);
    Awaitility.await()
        .atMost(LONG)
        .until(() -> deployments().anyMatch(d -> Observer.release(d) == 2));

    shift(world.release(1), REPLACE);

    Awaitility.await()
        .atMost(LONG)
        .until(() -> {
          RolloutProgress progress = progress(world.release(1).id());
          assertThat(progress).isNotInstanceOf(RolloutProgress.Settled.class);
          return progress instanceof RolloutProgress.Progressing moving
              && moving.obstacle().filter(o -> o.contains("cannot be seen")).isPresent();
        });
    api.catchUp();
    settle(world.release(1));
    assertThat(deployments()).hasSize(1).allMatch(d -> Observer.release(d) == 1);
    assertThat(world.ready()).isEqualTo(Map.of(1L, 2));
  }

  @Test
  void aReturnIsNotGivenUpForOneSickReplicaOfWhatServedBefore() throws Exception {
    world.target().prepare(world.release(2));
    shift(world.release(2), new Division.Beside(true));
    settle(world.release(2));
    world.breakOne(1);

    shift(world.release(1), REPLACE);

    Awaitility.await()
        .atMost(LONG)
        .until(() -> {
          RolloutProgress progress = progress(world.release(1).id());
          assertThat(progress).isInstanceOf(RolloutProgress.Progressing.class);
          return ((RolloutProgress.Progressing) progress)
              .obstacle()
              .filter(o -> o.contains("3 times in a row"))
              .isPresent();
        });
    world.order(1, Program.serves());
    settle(world.release(1));
  }

  static Stream<Division> begun() {
    return Stream.of(REPLACE, HALF);
  }

  private Stream<Deployment> deployments() {
    return world
        .client()
        .apps()
        .deployments()
        .inNamespace(world.namespace())
        .list()
        .getItems()
        .stream();
  }

  private void assertReturns() throws Exception {
    shift(world.release(1), REPLACE);
    settle(world.release(1));
    assertThat(world.ready()).isEqualTo(Map.of(1L, 2));
    assertThat(world.requests()).isEqualTo(Map.of(1L, 1.0));
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of(Program.imageNotFound(), "of \"web\" cannot be pulled: "),
        Arguments.of(Program.imageDenied(), "401 Unauthorized"),
        Arguments.of(Program.registryUnreachable(), "i/o timeout"),
        Arguments.of(
            Program.exits(7, "no such table: basket"),
            "Replicas of \"web\" do not come up: they ended with exit code 7"),
        Arguments.of(
            Program.notReady(503),
            "Replicas of \"web\" were not ready within the 1m that they have to start: HTTP probe"
                + " failed with statuscode: 503"),
        Arguments.of(Program.silent(), "were not ready within the 1m"));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void aReleaseThatDoesNotComeUpFailsWithItsCause(Program program, String cause) throws Exception {
    world.order(2, program);
    world.target().prepare(world.release(2));

    shift(world.release(2), REPLACE);

    assertThat(fail(world.release(2)).cause()).contains(cause);
    assertReturns();
  }

  @Test
  void aCrashLoopIsToldWithItsLastLines() throws Exception {
    world.order(2, Program.exits(7, "starting", "no such table: basket"));
    world.target().prepare(world.release(2));

    shift(world.release(2), HALF);

    assertThat(fail(world.release(2)).lastLogLines())
        .containsExactly("starting", "no such table: basket");
    assertReturns();
  }

  @Test
  void aReleaseThatNoNodeTakesIsAnObstacleFirst() throws Exception {
    Release large = world.release(2, 1_000_000, World.WEB);
    world.target().prepare(large);

    shift(large, REPLACE);

    assertThat(obstacle(large)).contains("no node takes a replica of \"web\"", "Insufficient cpu");
    assertThat(fail(large).cause()).startsWith("No node takes a replica of \"web\"");
    assertReturns();
  }

  private String obstacle(Release release) {
    return Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                progress(release.id()) instanceof RolloutProgress.Progressing p
                    ? p.obstacle()
                    : Optional.<String>empty(),
            Optional::isPresent)
        .orElseThrow();
  }

  @Test
  void aReleaseThatTheQuotaHasNoRoomForIsAnObstacleFirst() throws Exception {
    quota(2);
    world.target().prepare(world.release(2));

    shift(world.release(2), REPLACE);

    assertThat(obstacle(world.release(2))).contains("exceeded quota: small");
    assertThat(fail(world.release(2)).cause())
        .startsWith("The namespace's quota has no room for a replica of \"web\"");
    assertReturns();
  }

  static Stream<Division> held() {
    return Stream.of(
        HALF, new Division.Beside(false), new Division.Beside(true), new Division.Replace());
  }

  @ParameterizedTest
  @MethodSource("held")
  void growthThatFindsNoRoomWhileAReleaseIsHeldIsALimitAndNoFailure(Division division)
      throws Exception {
    Release second = world.release(2);
    world.target().prepare(second);
    shift(second, division);
    settle(second);
    quota(world.pods().size());
    world.restart();

    world.fleet().resize(4, "a test");

    assertThat(obstacle(second)).contains("exceeded quota: small");
    world.later(Duration.ofHours(1));
    assertThat(obstacle(second)).contains("exceeded quota: small");
    assertThat(world.fleet().state().hostLimit())
        .hasValueSatisfying(limit -> assertThat(limit.reason()).contains("exceeded quota: small"));
  }

  @Test
  void aHeldReleaseThatFindsNoRoomForWhatItHadIsAFailure() throws Exception {
    Release second = world.release(2);
    world.target().prepare(second);
    shift(second, REPLACE);
    settle(second);
    quota(1);

    world.client().resource(world.pods().getFirst()).delete();

    awaitFailing(second);
  }

  private void quota(int pods) {
    world
        .client()
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("small")
                .withNamespace(world.namespace())
                .endMetadata()
                .withNewSpec()
                .withHard(Map.of("pods", new Quantity(Integer.toString(pods))))
                .endSpec()
                .build())
        .create();
    world
        .client()
        .resourceQuotas()
        .inNamespace(world.namespace())
        .withName("small")
        .waitUntilCondition(
            quota -> quota.getStatus() != null && quota.getStatus().getUsed() != null,
            60,
            TimeUnit.SECONDS);
  }

  @Test
  void aReleaseWhosePodsAreNotAdmittedFailsAtOnce() throws Exception {
    world.target().prepare(world.release(2));
    refusePods("windlass.io/release", "2");

    shift(world.release(2), REPLACE);

    assertThat(fail(world.release(2)).cause())
        .contains("The cluster does not admit replicas of \"web\"", "not on a Friday");
    assertReturns();
  }

  @Test
  void oneReplicaThatBreaksFailsAReleaseThatIsOnTrialAndNotOneThatHasProvedItself()
      throws Exception {
    Release second = world.release(2);
    world.target().prepare(second);
    shift(second, REPLACE);
    settle(second);
    world.order(2, Program.exits(1, "no such table: basket"));
    String one = world.pods().getFirst().getMetadata().getName();

    cluster.kubelet().crash(world.namespace(), one, World.WEB, 1);

    awaitFailing(second);
    assertThat(world.ready()).isEqualTo(Map.of(2L, 1));
    world.target().retire(world.environment(), world.release(1).id());
    assertThat(progress(second.id()))
        .isInstanceOfSatisfying(
            RolloutProgress.Progressing.class,
            progressing ->
                assertThat(progressing.obstacle())
                    .hasValueSatisfying(what -> assertThat(what).contains("do not come up")));
  }

  @Test
  void aProcessThatIsBrokenIsNotMadeGoodByAnotherOne() throws Exception {
    Release second = world.release(2, World.WEB, "worker");
    world.target().prepare(second);
    shift(second, REPLACE);
    world.fleet("worker").resize(1, "a test");
    settle(second);
    world.target().retire(world.environment(), world.release(1).id());

    world.breakDown(2);

    awaitFailing(second);
    assertThat(world.fleet("worker").state().replicas())
        .singleElement()
        .satisfies(replica -> assertThat(replica.state()).isEqualTo(Replica.State.READY));
  }

  private void awaitFailing(Release release) {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> progress(release.id()) instanceof RolloutProgress.Failing);
  }

  @Test
  void aReturnIsNotToldTheFailureThatItReturnsFrom() throws Exception {
    world.target().prepare(world.release(2));
    api.answer("PATCH", "/deployments", 422);
    shift(world.release(2), REPLACE);
    assertThat(fail(world.release(2)).cause()).contains("the cluster does not take it");
    api.heal();
    // Nothing comes of the return before it is asked about.
    api.hang("PATCH", "/deployments");

    shift(world.release(1), REPLACE);

    assertThat(progress(world.release(1).id())).isNotInstanceOf(RolloutProgress.Failing.class);
    api.heal();
    assertReturns();
  }

  @Test
  void secretsAreMaskedInWhatAReplicaSaysLast() throws Exception {
    Release secretive = secretive(2);
    world.order(2, Program.exitsSaying(1, "no connection to the value of DATABASE_URL"));
    world.target().prepare(secretive);

    shift(secretive, REPLACE);

    assertThat(fail(secretive).cause())
        .contains("no connection to ")
        .doesNotContain("the value of DATABASE_URL");
    assertReturns();
  }

  private Release secretive(long number) {
    Release plain = world.release(number);
    AppRuntime runtime = plain.runtime();
    return new Release(
        plain.id(),
        plain.sha(),
        plain.images(),
        new AppRuntime(
            runtime.env(),
            List.of(new SecretRef("DATABASE_URL", Optional.empty(), 1)),
            runtime.processes(),
            runtime.routes(),
            runtime.command()),
        plain.createdAt());
  }

  @Test
  void aWorkloadOfSomebodyElseIsToldBeforeAnythingMoves() throws Exception {
    foreign();

    assertThat(world.target().prepare(world.release(2)))
        .isInstanceOfSatisfying(
            Prepared.Failed.class,
            failed ->
                assertThat(failed.reason())
                    .contains("one is there that Windlass did not make; give the environment"));
    assertOldServes();
  }

  @Test
  void aWorkloadOfSomebodyElseThatCameLaterFailsTheReleaseAtOnce() throws Exception {
    world.target().prepare(world.release(2));
    foreign();

    shift(world.release(2), HALF);

    assertThat(fail(world.release(2)).cause())
        .contains("one is there that Windlass did not make; give the environment");
    assertReturns();
  }

  /** Where a canary's workload would be. */
  private void foreign() {
    Map<String, String> labels = Map.of("app", "foreign");
    world
        .client()
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withName(Names.workload(world.environment(), World.WEB, Slot.GREEN))
                .withNamespace(world.namespace())
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .withMatchLabels(labels)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("i")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
  }

  @Test
  void aCommandThatTheClusterDidNotTakeIsRefusedAndRunsWhenItIsAskedForAgain() throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    var command = new ReleaseCommand("migrate", Duration.ofMinutes(1));
    api.answerOnce("POST", "/jobs", 422);

    assertThat(world.target().once(world.release(2), command, "once").result())
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused -> assertThat(refused.reason()).contains("the cluster does not take it"));

    assertThat(world.target().once(world.release(2), command, "once").result())
        .isInstanceOf(StepResult.Exited.class);
  }

  @Test
  void aCommandThatCannotBeRunDoesNotRunLater() throws Exception {
    world.order(2, Program.imageNotFound());
    world.target().prepare(world.release(2));
    var command = new ReleaseCommand("migrate", Duration.ofMinutes(5));

    assertThat(world.target().once(world.release(2), command, "once").result())
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused -> assertThat(refused.reason()).contains("cannot be pulled"));

    Awaitility.await().atMost(LONG).until(() -> ofCommand(2).isEmpty());
    assertThat(world.target().once(world.release(2), command, "once").result())
        .isInstanceOf(StepResult.Lost.class);
  }

  @Test
  void aCommandThatHasNotBegunGoesWithItsRelease() throws Exception {
    world.order(2, Program.registryUnreachable());
    world.target().prepare(world.release(2));
    CompletableFuture<StepResult> result = migrate(Duration.ofMinutes(5));
    Awaitility.await().atMost(LONG).until(() -> !ofCommand(2).isEmpty());

    world.target().retire(world.environment(), world.release(2).id());

    assertThat(result.get(LONG.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(StepResult.Lost.class);
    Awaitility.await().atMost(LONG).until(() -> ofCommand(2).isEmpty());
  }

  /** Asks for the command of release 2, as a rollout does. */
  private CompletableFuture<StepResult> migrate(Duration timeout) {
    var command = new ReleaseCommand("migrate", timeout);
    CompletableFuture<StepResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(world.target().once(world.release(2), command, "once").result());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  @Test
  void aCommandWhoseAccountCouldNotBeMadeWasNotBegun() throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    var command = new ReleaseCommand("migrate", Duration.ofMinutes(1));
    api.answerOnce("PATCH", "/serviceaccounts", 500);

    assertThatThrownBy(() -> world.target().once(world.release(2), command, "once"))
        .isInstanceOf(RolloutException.class);

    assertThat(world.target().once(world.release(2), command, "once").result())
        .isInstanceOf(StepResult.Exited.class);
  }

  private void assertRefused(StepResult result, String reason) {
    assertThat(result)
        .isInstanceOfSatisfying(
            StepResult.Refused.class, refused -> assertThat(refused.reason()).contains(reason));
  }

  private StepResult migrated() throws Exception {
    return migrate(Duration.ofMinutes(1)).get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void aCommandWhoseAccountSomebodyElseHasChangedIsRefused() throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    world
        .client()
        .serviceAccounts()
        .inNamespace(world.namespace())
        .withLabels(Labels.common(world.environment()))
        .list()
        .getItems()
        .forEach(account ->
            world
                .client()
                .resource(account)
                .edit(a ->
                    new ServiceAccountBuilder(a).withAutomountServiceAccountToken(true).build()));

    assertRefused(migrated(), "automountServiceAccountToken");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/serviceaccounts", "/configmaps"})
  void aCommandThatARightIsMissingForWasNotBegun(String path) throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    api.answer("PATCH", path, 403);

    assertRefused(migrated(), "cannot do it");

    api.heal();
    assertThat(migrated()).isInstanceOf(StepResult.Exited.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 60})
  void aCommandWhosePodIsNeverMadeIsRefusedWithTheReason(long seconds) throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    quota(world.pods().size());

    StepResult result =
        migrate(Duration.ofSeconds(seconds)).get(LONG.toSeconds(), TimeUnit.SECONDS);

    assertRefused(result, "exceeded quota: small");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500})
  void aCommandThatTheClusterDidNotAnswerForIsAskedForAgain(int status) throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    api.answer("POST", "/jobs", status);
    assertThatThrownBy(this::migrated).hasCauseInstanceOf(RolloutException.class);

    api.heal();

    assertThat(migrated()).isInstanceOf(StepResult.Exited.class);
  }

  @Test
  void aCommandWhoseJobIsGoneIsNeverRunAgain() throws Exception {
    world.order(2, Program.exits(0, "migrated"));
    world.target().prepare(world.release(2));
    assertThat(migrated()).isInstanceOf(StepResult.Exited.class);

    world.client().batch().v1().jobs().inNamespace(world.namespace()).delete();

    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            world
                .client()
                .batch()
                .v1()
                .jobs()
                .inNamespace(world.namespace())
                .list()
                .getItems()
                .isEmpty());
    assertThat(migrated()).isInstanceOf(StepResult.Lost.class);
  }

  @Test
  void aCommandWhoseReleaseIsGoneIsLostAtOnce() throws Exception {
    world.target().prepare(world.release(2));
    world.target().retire(world.environment(), world.release(2).id());

    assertThat(
            world
                .target()
                .once(
                    world.release(2), new ReleaseCommand("migrate", Duration.ofMinutes(1)), "once")
                .result())
        .isEqualTo(new StepResult.Lost("what release 2 is made of is gone from the cluster"));
  }

  @Test
  void aCommandUnderWayOutlastsTheReleaseItWasFor() throws Exception {
    world.order(2, Program.silent());
    world.target().prepare(world.release(2));
    CompletableFuture<StepResult> result = migrate(Duration.ofMinutes(5));
    Pod pod =
        Awaitility.await()
            .atMost(LONG)
            .until(() -> ofCommand(2), pods -> pods.stream().anyMatch(FailuresTest::running))
            .getFirst();

    world.target().retire(world.environment(), world.release(2).id());

    cluster.kubelet().crash(world.namespace(), pod.getMetadata().getName(), World.WEB, 0);
    assertThat(result.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
    world.target().retire(world.environment(), world.release(2).id());
    Awaitility.await().atMost(LONG).until(() -> ofCommand(2).isEmpty());
  }

  @Test
  void aRightThatIsTakenAwayWhileACommandRunsDoesNotLoseIt() throws Exception {
    world.order(2, Program.silent());
    world.target().prepare(world.release(2));
    CompletableFuture<StepResult> result = migrate(Duration.ofMinutes(5));
    Pod pod =
        Awaitility.await()
            .atMost(LONG)
            .until(() -> ofCommand(2), pods -> pods.stream().anyMatch(FailuresTest::running))
            .getFirst();

    api.answer("GET", "/jobs", 403);
    assertThatThrownBy(() -> result.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(RolloutException.class);

    api.heal();
    cluster.kubelet().crash(world.namespace(), pod.getMetadata().getName(), World.WEB, 0);
    assertThat(migrate(Duration.ofMinutes(5)).get(LONG.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(StepResult.Exited.class);
  }

  @Test
  void aRightThatIsMissingLosesACommandWhoseTimeIsOver() throws Exception {
    world.order(2, Program.silent());
    world.target().prepare(world.release(2));
    Duration short_ = Duration.ofSeconds(1);
    CompletableFuture<StepResult> result = migrate(short_);
    assertThat(result.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(StepResult.TimedOut.class);

    api.answer("GET", "/jobs", 403);

    assertThat(migrate(short_).get(LONG.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(StepResult.Lost.class);
  }

  private List<Pod> ofCommand(long release) {
    return world
        .client()
        .pods()
        .inNamespace(world.namespace())
        .withLabel("batch.kubernetes.io/job-name")
        .withLabels(Labels.release(world.release(release).id()))
        .list()
        .getItems();
  }

  private static boolean running(Pod pod) {
    return "Running".equals(pod.getStatus().getPhase());
  }

  private void refusePods(String label, String value) {
    String name = world.namespace();
    world
        .client()
        .resource(
            new ValidatingAdmissionPolicyBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNewMatchConstraints()
                .addNewResourceRule()
                .withApiGroups("")
                .withApiVersions("v1")
                .withOperations("CREATE")
                .withResources("pods")
                .endResourceRule()
                .endMatchConstraints()
                .addNewValidation()
                .withExpression(
                    "!has(object.metadata.labels) || !('%s' in object.metadata.labels) || object.metadata.labels['%s'] != '%s'"
                        .formatted(label, label, value))
                .withMessage("not on a Friday")
                .endValidation()
                .endSpec()
                .build())
        .create();
    world
        .client()
        .resource(
            new ValidatingAdmissionPolicyBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPolicyName(name)
                .withValidationActions("Deny")
                .withNewMatchResources()
                .withNewNamespaceSelector()
                .addToMatchLabels("kubernetes.io/metadata.name", name)
                .endNamespaceSelector()
                .endMatchResources()
                .endSpec()
                .build())
        .create();
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("refused")
            .withNamespace(name)
            .addToLabels(label, value)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("c")
            .withImage("i")
            .endContainer()
            .endSpec()
            .build();
    Awaitility.await()
        .atMost(LONG)
        .until(() -> {
          try {
            world.client().resource(pod).dryRun().create();
            return false;
          } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("not on a Friday");
          }
        });
  }

  @Test
  void anImageThatIsNotThereEndsBeforeAnythingMoves() throws Exception {
    assertThat(world.target().prepare(world.missing(2))).isInstanceOf(Prepared.Failed.class);
    assertOldServes();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("PATCH", "/deployments", 409),
        Arguments.of("PATCH", "/deployments", 429),
        Arguments.of("PATCH", "/deployments", 500),
        Arguments.of("PATCH", "/deployments", 503),
        Arguments.of("PATCH", "/services", 500),
        Arguments.of("PUT", "/configmaps", 409),
        Arguments.of("GET", "/deployments", 500));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void oneAnswerThatGoesWrongIsNoMatter(String method, String path, int status) throws Exception {
    world.target().prepare(world.release(2));
    api.answerOnce(method, path, status);
    api.answerOnce(method, path, status);

    shift(world.release(2), HALF);
    settle(world.release(2));
    shift(world.release(2), REPLACE);

    settle(world.release(2));
    assertThat(world.ready()).isEqualTo(Map.of(2L, 2));
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(403, RolloutException.Kind.REFUSED),
        Arguments.of(422, RolloutException.Kind.REFUSED),
        Arguments.of(401, RolloutException.Kind.UNREACHABLE),
        Arguments.of(500, RolloutException.Kind.UNREACHABLE));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aMoveThatIsNotTakenSaysWhetherToAskAgain(int status, RolloutException.Kind kind)
      throws Exception {
    world.target().prepare(world.release(2));
    api.answer("PUT", "/configmaps", status);

    assertThatThrownBy(() -> shift(world.release(2), REPLACE))
        .isInstanceOfSatisfying(RolloutException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    assertOldServes();
  }

  @Test
  void aClusterThatFailsIsAnObstacleAndTheWorkGoesOnAfterwards() throws Exception {
    world.target().prepare(world.release(2));
    api.answer("PATCH", "/deployments", 500);

    shift(world.release(2), REPLACE);

    assertThat(obstacle(world.release(2))).contains("the cluster failed: ordered by a test");
    assertOldServes();
    api.heal();
    settle(world.release(2));
  }

  @Test
  void aClusterThatDoesNotAnswerIsAnObstacleAndTheWorkGoesOnAfterwards() throws Exception {
    world.target().prepare(world.release(2));
    api.hang("PATCH", "/deployments");

    shift(world.release(2), REPLACE);

    assertThat(obstacle(world.release(2))).contains("cannot be reached");
    assertOldServes();
    api.heal();
    settle(world.release(2));
  }

  @Test
  void watchesThatBreakAreOpenedAgainAndNothingIsSettledMeanwhile() throws Exception {
    world.target().prepare(world.release(2));
    shift(world.release(2), HALF);
    settle(world.release(2));

    api.cutOff();

    Awaitility.await()
        .atMost(LONG)
        .until(() -> progress(world.release(2).id()) instanceof RolloutProgress.Progressing);
    assertThat(obstacle(world.release(2))).contains("the cluster cannot be seen");
    api.restore();
    settle(world.release(2));
    api.drop();
    shift(world.release(2), REPLACE);
    settle(world.release(2));
    assertThat(world.ready()).isEqualTo(Map.of(2L, 2));
  }

  @Test
  void aServerThatDiesAfterEachStepArrivesAllTheSame() throws Exception {
    for (Division division :
        new Division[] {HALF, REPLACE, new Division.Beside(false), new Division.Beside(true)}) {
      long number = division instanceof Division.Beside ? 3 : 2;
      world.target().prepare(world.release(number));
      shift(world.release(number), division);
      AtomicInteger written = new AtomicInteger(api.written());
      Awaitility.await()
          .atMost(LONG)
          .until(() -> {
            boolean settled =
                progress(world.release(number).id()) instanceof RolloutProgress.Settled;
            if (!settled && api.written() > written.get()) {
              world.restart();
              written.set(api.written());
            }
            assertThat(world.ready().values().stream().mapToInt(n -> n).sum())
                .isGreaterThanOrEqualTo(2);
            return settled;
          });
    }
    assertThat(world.ready()).isEqualTo(Map.of(2L, 2, 3L, 2));
    assertThat(world.requests()).isEqualTo(Map.of(3L, 1.0));
  }

  @Test
  void aServerThatStartsAgainHasNothingToWriteWhereAllIsWell() throws Exception {
    world.target().prepare(world.release(2));
    shift(world.release(2), HALF);
    settle(world.release(2));
    int before = api.written();

    for (int i = 0; i < 5; i++) {
      world.restart();
      settle(world.release(2));
    }

    assertThat(api.written()).isEqualTo(before);
  }

  @Test
  void credentialsThatExpiredAreAnObstacleThatSaysSo() throws Exception {
    String namespace = cluster.namespace("expired");
    var kubeconfig = cluster.kubeconfig(namespace, "windlass");
    cluster
        .client()
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("windlass")
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "admin")
                .addNewSubject(null, "ServiceAccount", "windlass", namespace)
                .build())
        .create();
    try (World other = World.open(cluster, Placement.in(namespace), kubeconfig)) {
      other.target().prepare(other.release(1));
      other.fleet().resize(1, "a test");
      other.target().shift(other.environment(), other.release(1).id(), REPLACE);
      Awaitility.await()
          .atMost(LONG)
          .until(() ->
              other.target().progress(other.environment(), other.release(1).id())
                  instanceof RolloutProgress.Settled);
      cluster.client().serviceAccounts().inNamespace(namespace).withName("windlass").delete();

      Awaitility.await()
          .atMost(LONG)
          .untilAsserted(() -> {
            try {
              other.target().shift(other.environment(), other.release(1).id(), REPLACE);
              throw new AssertionError("the credentials are good still");
            } catch (RolloutException e) {
              assertThat(e).hasMessageContaining("refuses the credentials");
            }
          });
      assertThat(other.ready()).isEqualTo(Map.of(1L, 1));
    }
  }
}
