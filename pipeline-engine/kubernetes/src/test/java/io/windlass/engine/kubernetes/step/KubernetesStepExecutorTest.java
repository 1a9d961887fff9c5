package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.FaultyApi;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.RealNode;
import io.windlass.engine.pipeline.Resources;
import io.windlass.engine.pipeline.ServiceSpec;
import io.windlass.engine.run.ExecutorException;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepExecutorContract;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepService;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.secret.SecretValue;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real containers of a real kubelet, under the restricted profile. */
@Execution(ExecutionMode.CONCURRENT)
final class KubernetesStepExecutorTest extends StepExecutorContract {
  private static KubeCluster cluster;
  private static RealNode node;
  private static StepNamespace steps;
  private static Cluster client;
  private static KubernetesStepExecutor executor;

  @BeforeAll
  static void start() throws Exception {
    cluster = KubeCluster.start();
    node = RealNode.join(cluster);
    steps = StepNamespace.of(cluster);
    steps.grant();
    client = Cluster.open(new ClusterSettings(Optional.of(steps.kubeconfig()), Optional.empty()));
    executor =
        new KubernetesStepExecutor(
            client, settings(steps.name(), node.image()), InstantSource.system());
  }

  private static ExecutorSettings settings(String namespace, String image) {
    return settings(namespace, image, ExecutorSettings.KEEP_FREE_BYTES);
  }

  private static ExecutorSettings settings(String namespace, String image, long keepFree) {
    return new ExecutorSettings(
        namespace,
        image,
        Optional.empty(),
        ExecutorSettings.USER,
        new ExecutorSettings.Amounts(100, 128L << 20),
        new ExecutorSettings.Amounts(400, 256L << 20),
        1L << 30,
        keepFree,
        Duration.ofSeconds(30),
        Optional.empty(),
        List.of(),
        Map.of(),
        List.of());
  }

  @AfterAll
  static void stop() throws Exception {
    if (executor != null) {
      executor.close();
      client.close();
    }
    if (node != null) {
      node.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Override
  protected StepExecutor executor() {
    return executor;
  }

  @Test
  void aServerThatComesBackFindsTheAttemptAndItsWholeLogOnce() throws Exception {
    StepTask task = task("for i in $(seq 1 40); do echo \"line $i\"; sleep 0.1; done; exit 7");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> first = threads.submit(() -> executor.run(task));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              Files.exists(task.logFile())
                  && Files.readString(task.logFile()).contains("line 5\n"));
      first.cancel(true);
    }

    StepResult result;
    try (var another =
        new KubernetesStepExecutor(client, executor.settings(), InstantSource.system())) {
      result = another.run(task);
    }

    assertThat(result)
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isEqualTo(7));
    // Tests beside this one may have the node's processors for a while.
    assertThat(Files.readAllLines(task.logFile()))
        .filteredOn(line -> !line.startsWith("[windlass: waiting: "))
        .isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(i -> "line " + i).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {StepNames.RECEIVE, StepNames.KEEP})
  void aPodThatCannotBeReachedIsTriedUntilItCan(String container) throws Exception {
    StepTask task = task("echo made > made; exit 3");
    try (var faulty = faulty();
        var through = through(faulty)) {
      for (int i = 0; i < 4; i++) {
        faulty.answerOnce("", "container=" + container, 500);
      }

      assertThat(through.run(task))
          .isInstanceOfSatisfying(
              StepResult.Exited.class, exited -> assertThat(exited.code()).isEqualTo(3));
    }
    assertThat(task.workspace().resolve("made")).hasContent("made");
  }

  @Test
  void filesAreTakenBackWhenTheRightToItIsGivenBack() throws Exception {
    StepTask task = task("echo made > made; exit 3");
    try (var faulty = faulty();
        var through = through(faulty)) {
      faulty.answer("", "container=" + StepNames.KEEP, 403);
      assertThatThrownBy(() -> through.run(task))
          .isInstanceOf(ExecutorException.class)
          .hasMessageContaining("take back the files of step")
          .hasMessageContaining("grant it with a Role");

      faulty.heal();
      assertThat(through.run(task)).isInstanceOf(StepResult.Exited.class);
    }
    assertThat(task.workspace().resolve("made")).hasContent("made");
  }

  @Test
  void aStepWhoseWorkspaceFindsNoRoomOnTheServersDiskIsRefused() throws Exception {
    try (var full = withFullDisk()) {
      assertThat(full.run(task("exit 0")))
          .isInstanceOfSatisfying(
              StepResult.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .startsWith("its workspace could not be sent: ")
                      .contains(" MiB are free on the server's disk"));
    }
  }

  @Test
  void filesThatFindNoRoomOnTheServersDiskAreLostAtOnce() throws Exception {
    StepTask task = task("exit 3", new StepLimits(Duration.ofHours(1), 1 << 20, 0, 0));
    try (var faulty = faulty();
        var through = through(faulty);
        var full = withFullDisk()) {
      faulty.answer("", "container=" + StepNames.KEEP, 403);
      assertThatThrownBy(() -> through.run(task)).isInstanceOf(ExecutorException.class);

      assertThat(full.run(task))
          .isInstanceOfSatisfying(
              StepResult.Lost.class,
              lost ->
                  assertThat(lost.reason())
                      .startsWith("it ended with 3, but its files could not be taken back: ")
                      .contains(" MiB are free on the server's disk"));
    }
  }

  /** A server that is to keep more free than any disk has. */
  private static KubernetesStepExecutor withFullDisk() {
    return new KubernetesStepExecutor(
        client, settings(steps.name(), node.image(), Long.MAX_VALUE), InstantSource.system());
  }

  @Test
  void aStepWhosePodGoesBeforeItsFilesAreBackIsLostAtOnceAndItsEndIsSaid() throws Exception {
    StepTask task = task("exit 3", new StepLimits(Duration.ofHours(1), 1 << 20, 0, 0));
    try (var faulty = faulty();
        var through = through(faulty)) {
      faulty.beforeOnce("", "container=" + StepNames.KEEP, () -> removePod(task));

      assertThat(through.run(task))
          .isInstanceOfSatisfying(
              StepResult.Lost.class,
              lost ->
                  assertThat(lost.reason())
                      .startsWith("it ended with 3, but its files could not be taken back: ")
                      .contains("; tried "));
    }
  }

  private static void removePod(StepTask task) {
    var pods =
        cluster
            .client()
            .pods()
            .inNamespace(steps.name())
            .withLabel("job-name", StepNames.job(task.id()));
    pods.withGracePeriod(0).delete();
    // Until the Job's controller lets it go it can still be reached.
    Awaitility.await().until(() -> pods.list().getItems().isEmpty());
  }

  private static FaultyApi faulty() throws IOException {
    return FaultyApi.before(cluster, steps.kubeconfig());
  }

  /** An executor whose requests go wrong on order. */
  private static ThroughFaulty through(FaultyApi faulty) throws ClusterException {
    Cluster through =
        Cluster.open(
            new ClusterSettings(Optional.of(faulty.kubeconfig()), Optional.empty()),
            List.of(faulty.interceptor()));
    return new ThroughFaulty(
        through, new KubernetesStepExecutor(through, executor.settings(), InstantSource.system()));
  }

  private record ThroughFaulty(Cluster client, KubernetesStepExecutor executor)
      implements AutoCloseable {
    StepResult run(StepTask task) throws ExecutorException, InterruptedException {
      return executor.run(task);
    }

    @Override
    public void close() {
      executor.close();
      client.close();
    }
  }

  @Test
  void aServiceIsReadyWhenTheStepBeginsAndReachableByItsNameAndAtLocalhost() throws Exception {
    ServiceSpec.Look look = new ServiceSpec.Look.Path("/busybox");
    StepTask task =
        StepTasks.with(
            task(
                "wget -qO- http://files:8080/busybox | cmp - /bin/busybox; wget -qO- http://localhost:8080/sh | cmp - /bin/sh; test -z \"$PASSWORD\""),
            service(
                "files",
                "test \"$PASSWORD\" = 'correct-horse'; exec httpd -f -p 8080 -h /bin",
                look));

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
  }

  @Test
  void aServiceThatEndsInsteadOfBecomingReadyFailsTheStepWithItsLastLines() throws Exception {
    StepTask task =
        StepTasks.with(
            task("true"),
            service(
                "db",
                "echo \"cannot open /data as $PASSWORD with $KEY\"; exit 3",
                new ServiceSpec.Look.Port()));

    assertThat(executor.run(task))
        .isEqualTo(new StepResult.Unserved("its service \"db\" ended with 3"));
    assertThat(task.logFile())
        .content()
        .contains("[windlass: its service \"db\" ended with 3]")
        .contains("db: cannot open /data as *** with ***\n");
  }

  @Test
  void aServiceThatIsNotReadyInTimeFailsTheStep() throws Exception {
    StepTask task =
        StepTasks.with(
            task("true"),
            service(
                "db",
                "echo waiting; exec sleep 100",
                new ServiceSpec.Look.Run("echo not yet open; false")));

    assertThat(executor.run(task))
        .isEqualTo(
            new StepResult.Unserved(
                "its service \"db\" was not ready within 5s: its \"ready.run\" did not end with 0"));
    assertThat(task.logFile())
        .content()
        .contains("[windlass: Startup probe failed: not yet open]", "db: waiting");
  }

  private static StepService service(String name, String run, ServiceSpec.Look look) {
    return new StepService(
        new ServiceSpec(
            name,
            node.image(),
            Optional.of(run),
            Map.of(),
            List.of("PASSWORD", "KEY"),
            8080,
            new ServiceSpec.Ready(look, Duration.ofSeconds(5)),
            Optional.of(1234),
            new Resources(Optional.of(50), Optional.of(64L << 20))),
        Map.of(
            "PASSWORD", SecretValue.of("correct-horse"),
            "KEY", SecretValue.of("MIIB\nabc\nxyz=")));
  }

  @Test
  void aStepGetsTheMemoryThatItAsksFor() throws Exception {
    StepTask task =
        task(
            "dd if=/dev/zero of=/dev/null bs=140M count=1",
            new StepLimits(Duration.ofSeconds(60), 1 << 20, 0, 256L << 20));

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
  }

  @Test
  void aStepThatTakesMoreMemoryThanItMayIsOverItsLimit() throws Exception {
    StepTask task = task("exec dd if=/dev/zero of=/dev/null bs=900M count=1");

    assertThat(executor.run(task)).isInstanceOf(StepResult.OverLimit.class);
  }
}
