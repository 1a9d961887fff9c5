package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.pipeline.Resources;
import io.windlass.engine.pipeline.ServiceSpec;
import io.windlass.engine.run.ExecutorException;
import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepService;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.secret.SecretValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a cluster may do to a step, on order: each has one end, with the cause in words. */
@Execution(ExecutionMode.CONCURRENT)
final class StepFailureTest {
  /**
   * Long enough that the cluster has said what is wrong, also on a machine with other things to do.
   */
  private static final Duration SHORT = Duration.ofSeconds(10);

  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private final String image = "registry.test/" + UUID.randomUUID();
  private final String helper = "registry.test/" + UUID.randomUUID();
  private KubeCluster cluster;
  private StepNamespace steps;
  private String namespace;
  private Cluster client;
  private KubernetesStepExecutor executor;

  @BeforeEach
  void start() throws Exception {
    cluster = KubeCluster.shared();
    steps = StepNamespace.of(cluster);
    namespace = steps.name();
    client = Cluster.open(new ClusterSettings(Optional.of(cluster.kubeconfig()), Optional.empty()));
    executor = executor(client, namespace, 100, LONG);
    Files.createDirectory(folder.resolve("workspace"));
  }

  @AfterEach
  void stop() {
    executor.close();
    client.close();
  }

  @Test
  void anImageThatIsNotThereIsRefusedWithItsName() throws Exception {
    cluster.kubelet().order(image, Program.imageNotFound());

    assertThat(executor.run(task()))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused -> assertThat(refused.reason()).contains(image).contains("not found"));
  }

  @Test
  void anImageThatIsDeniedIsRefused() throws Exception {
    cluster.kubelet().order(image, Program.imageDenied());

    assertThat(executor.run(task()))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused -> assertThat(refused.reason()).contains("401 Unauthorized"));
  }

  @Test
  void aServiceWhoseImageIsNotThereIsRefusedWithItsName() throws Exception {
    cluster.kubelet().order(image, Program.imageNotFound());

    assertThat(executor.run(withService(task())))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains(image + "/db\" of its service \"db\" cannot be pulled")
                    .contains("not found"));
  }

  @Test
  void aRegistryThatDoesNotAnswerIsWaitedForAsLongAsTheOperatorSays() throws Exception {
    cluster.kubelet().order(image, Program.registryUnreachable());
    StepTask task = task();

    try (var impatient = executor(client, namespace, 100, SHORT)) {
      assertThat(impatient.run(task))
          .isInstanceOfSatisfying(
              StepResult.Refused.class,
              refused -> assertThat(refused.reason()).contains("could not begin within 10s"));
    }
    assertThat(task.logFile()).content().contains("waiting: the image").contains("i/o timeout");
  }

  @Test
  void aFullQuotaIsSaidInItsOwnWords() throws Exception {
    steps.forbid("pods");

    try (var impatient = executor(client, namespace, 100, SHORT)) {
      assertThat(impatient.run(task()))
          .isInstanceOfSatisfying(
              StepResult.Refused.class,
              refused -> assertThat(refused.reason()).contains("exceeded quota: none"));
    }
  }

  @Test
  void aStepThatNoNodeCanTakeIsRefusedWithTheSchedulersWords() throws Exception {
    try (var greedy = executor(client, namespace, 1_000_000, SHORT)) {
      assertThat(greedy.run(task()))
          .isInstanceOfSatisfying(
              StepResult.Refused.class,
              refused -> assertThat(refused.reason()).contains("Insufficient cpu"));
    }
  }

  @Test
  void aStepWhoseWorkspaceCannotBeSentIsLostAfterAsLongAsTheOperatorSays() throws Exception {
    cluster.kubelet().order(helper, Program.silent()); // and takes no exec calls

    try (var impatient = executor(client, namespace, 100, SHORT)) {
      assertThat(impatient.run(task()))
          .isInstanceOfSatisfying(
              StepResult.Lost.class,
              lost ->
                  assertThat(lost.reason())
                      .startsWith("its workspace could not be sent; tried ")
                      .contains("for at most 10s"));
    }
  }

  @Test
  void aStepThatAsksForMoreThanTheOperatorAllowsIsRefused() throws Exception {
    StepTask task = task(new StepLimits(Duration.ofMinutes(5), 1 << 20, 0, 300L << 20));

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("300 MiB of memory but the operator allows 256"));
  }

  @Test
  void aNamespaceThatIsNotThereIsRefused() throws Exception {
    try (var lost = executor(client, "nowhere", 100, LONG)) {
      assertThat(lost.run(task())).isInstanceOf(StepResult.Refused.class);
    }
  }

  @Test
  void aStepThatRunsIsNotOverWhereRightsWereTakenFromTheServer() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task();
    RoleBinding rights = steps.grant();
    try (var limited =
            Cluster.open(new ClusterSettings(Optional.of(steps.kubeconfig()), Optional.empty()));
        var attending = executor(limited, namespace, 100, LONG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> attending.run(task));
      Pod pod = awaitPod();

      cluster.client().resource(rights).delete();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> isForbidden(() -> attending.read(task.id())));
      cluster.kubelet().crash(namespace, pod.getMetadata().getName(), StepNames.STEP, 3);

      assertThatThrownBy(() -> running.get(2, TimeUnit.MINUTES))
          .hasCauseInstanceOf(ExecutorException.class)
          .hasMessageContaining("grant it with a Role");
      assertThatThrownBy(() -> attending.run(task)).isInstanceOf(ExecutorException.class);
      steps.grant();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !isForbidden(() -> attending.read(task.id())));
      assertThat(attending.run(task)).asString().contains("it ended with 3");
    }
  }

  @Test
  void aServerThatMayMakeNoJobRefusesAStepThatIsNotThere() throws Exception {
    steps.grant("watch, create, patch", "watch, patch");
    try (var limited =
            Cluster.open(new ClusterSettings(Optional.of(steps.kubeconfig()), Optional.empty()));
        var attending = executor(limited, namespace, 100, LONG)) {
      await().atMost(Duration.ofMinutes(1)).until(() -> !isForbidden(() -> attending.read("any")));

      assertThat(attending.run(task()))
          .isInstanceOfSatisfying(
              StepResult.Refused.class,
              refused -> assertThat(refused.reason()).contains("cannot create resource \"jobs\""));
    }
  }

  @Test
  void aStepWhoseSecretIsNotTakenIsOver() throws Exception {
    steps.forbid("secrets");
    StepTask task = task();

    StepResult result = executor.run(task);

    assertThat(result)
        .isInstanceOfSatisfying(
            StepResult.Refused.class, refused -> assertThat(refused.reason()).contains("quota"));
    assertThat(executor.read(task.id()).flatMap(StepRecord::of)).contains(result);
  }

  private interface Asking {
    void ask() throws ClusterException;
  }

  private static boolean isForbidden(Asking asking) throws ClusterException {
    try {
      asking.ask();
      return false;
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.FORBIDDEN) {
        return true;
      }
      throw e;
    }
  }

  @Test
  void aStepWhosePodsTimeIsOverBeforeAnybodyLookedIsLost() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task));
      awaitPod();
      running.cancel(true);
    }
    var job =
        cluster
            .client()
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withName(StepNames.job(task.id()));
    job.edit(
        found -> new JobBuilder(found).editSpec().withActiveDeadlineSeconds(1L).endSpec().build());
    job.waitUntilCondition(
        found ->
            found.getStatus().getConditions().stream()
                .anyMatch(condition -> "Failed".equals(condition.getType())),
        60,
        TimeUnit.SECONDS);

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Lost.class,
            lost ->
                assertThat(lost.reason())
                    .startsWith("nobody looked at it until its pod's time was over"));
  }

  @Test
  void aStepThatItsNodeHasEvictedIsLost() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task()));
      Pod pod = awaitPod();

      cluster
          .kubelet()
          .evict(namespace, pod.getMetadata().getName(), "The node was low on resource: memory.");

      assertThat(running.get(60, TimeUnit.SECONDS))
          .isInstanceOfSatisfying(
              StepResult.Lost.class,
              lost -> assertThat(lost.reason()).contains("low on resource: memory"));
    }
  }

  @Test
  void aStepWhosePodSomebodyDeletedIsLost() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task()));
      Pod pod = awaitPod();

      cluster.client().resource(pod).delete();

      assertThat(running.get(60, TimeUnit.SECONDS)).isInstanceOf(StepResult.Lost.class);
    }
  }

  @Test
  void aWatchThatHasStoppedIsOpenedAgain() throws Exception {
    executor.watch().close();
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task));
      Pod pod = awaitPod();

      cluster.client().resource(pod).delete();

      assertThat(running.get(60, TimeUnit.SECONDS)).isInstanceOf(StepResult.Lost.class);
    }
    assertThat(executor.watch().isRunning()).isTrue();
  }

  @Test
  void anEndThatTheWatchesDidNotHearOfCountsAsWhatItIs() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task(Duration.ofSeconds(5));
    try (var faulty = FaultyApi.before(cluster);
        var deaf =
            Cluster.open(
                new ClusterSettings(Optional.of(faulty.kubeconfig()), Optional.empty()),
                List.of(faulty.interceptor()));
        var late = executor(deaf, namespace, 100, LONG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> late.run(task));
      Pod pod = awaitPod();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() ->
              late.watch()
                  .sight(StepNames.job(task.id()))
                  .filter(sight -> sight.stage(Instant.now()) instanceof StepStage.Running)
                  .isPresent());
      faulty.hang("GET", "watch=true");
      faulty.drop();

      cluster.kubelet().crash(namespace, pod.getMetadata().getName(), StepNames.STEP, 3);

      assertThat(running.get(60, TimeUnit.SECONDS))
          .asString()
          .as("its end, and not that its time was over")
          .contains("it ended with 3");
    }
  }

  @Test
  void whatAStepWroteLastComesOverAnotherConnectionWhereItsOwnIsDead() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task();
    try (var faulty = FaultyApi.before(cluster);
        var through =
            Cluster.open(
                new ClusterSettings(
                    Optional.of(faulty.kubeconfig()),
                    Optional.empty(),
                    ClusterSettings.CONNECT,
                    Duration.ofSeconds(2)));
        var attending = executor(through, namespace, 100, LONG);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> attending.run(task));
      String pod = awaitPod().getMetadata().getName();
      cluster.kubelet().write(namespace, pod, StepNames.STEP, "first");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> Files.readString(task.logFile()).contains("first"));
      faulty.fallSilent();

      cluster.kubelet().write(namespace, pod, StepNames.STEP, "last");
      cluster.kubelet().crash(namespace, pod, StepNames.STEP, 3);

      assertThat(running.get(2, TimeUnit.MINUTES)).asString().contains("it ended with 3");
    }
    assertThat(Files.readAllLines(task.logFile())).containsOnlyOnce("first", "last");
  }

  @Test
  void secretsAreInAnImmutableObjectOfTheJobAndNowhereElse() throws Exception {
    cluster.kubelet().order(image, Program.silent());
    StepTask task = task();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task));
      Pod pod = awaitPod();

      Secret secret =
          cluster
              .client()
              .secrets()
              .inNamespace(namespace)
              .withName(StepNames.job(task.id()))
              .get();
      assertThat(secret.getImmutable()).isTrue();
      assertThat(secret.getMetadata().getOwnerReferences())
          .singleElement()
          .extracting("kind")
          .isEqualTo("Job");
      assertThat(pod.toString()).doesNotContain("correct-horse-battery");
      executor.cancel(task.id());
      running.get(60, TimeUnit.SECONDS);
    }
    executor.forget(task.id());

    cluster
        .client()
        .secrets()
        .inNamespace(namespace)
        .withName(StepNames.job(task.id()))
        .waitUntilCondition(found -> found == null, 60, TimeUnit.SECONDS);
  }

  private KubernetesStepExecutor executor(
      Cluster through, String place, int cpuMillis, Duration patience) {
    return new KubernetesStepExecutor(
        through,
        new ExecutorSettings(
            place,
            image,
            Optional.of(helper),
            ExecutorSettings.USER,
            new ExecutorSettings.Amounts(cpuMillis, 128L << 20),
            new ExecutorSettings.Amounts(2 * cpuMillis, 256L << 20),
            1L << 30,
            ExecutorSettings.KEEP_FREE_BYTES,
            patience,
            Optional.empty(),
            List.of(),
            Map.of(),
            List.of()),
        InstantSource.system());
  }

  private StepTask task() {
    return task(Duration.ofMinutes(5));
  }

  private StepTask task(Duration timeout) {
    return task(new StepLimits(timeout, 1 << 20, 0, 0));
  }

  private StepTask task(StepLimits limits) {
    String id = "acme.shop-1-0a1b2c3d-" + UUID.randomUUID() + "-1";
    return new StepTask(
        id,
        folder.resolve("workspace"),
        List.of(),
        List.of("/bin/sh", "-e", "-c", "true"),
        Map.of(),
        Map.of("TOKEN", SecretValue.of("correct-horse-battery")),
        StepContainer.NONE,
        folder.resolve("logs").resolve(id + ".log"),
        limits);
  }

  private StepTask withService(StepTask task) {
    var service =
        new ServiceSpec(
            "db",
            image + "/db",
            Optional.empty(),
            Map.of(),
            List.of(),
            5432,
            new ServiceSpec.Ready(new ServiceSpec.Look.Port(), Duration.ofMinutes(1)),
            Optional.empty(),
            new Resources(Optional.of(50), Optional.of(64L << 20)));
    return StepTasks.with(task, new StepService(service, Map.of()));
  }

  private Pod awaitPod() {
    return cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .informOnCondition(found ->
            found.stream()
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                .anyMatch(status ->
                    status.getName().equals("step") && status.getState().getRunning() != null))
        .orTimeout(60, TimeUnit.SECONDS)
        .join()
        .getFirst();
  }
}
