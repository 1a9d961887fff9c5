package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.RealNode;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepExecutorContract;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Real containers of a real kubelet, under the restricted profile. */
final class KubernetesStepExecutorTest extends StepExecutorContract {
  private static KubeCluster cluster;
  private static RealNode node;
  private static Cluster client;
  private static KubernetesStepExecutor executor;

  @BeforeAll
  static void start() throws Exception {
    cluster = KubeCluster.start();
    node = RealNode.join(cluster);
    String namespace =
        cluster.namespace("steps", Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    client = Cluster.open(new ClusterSettings(Optional.of(cluster.kubeconfig()), Optional.empty()));
    executor =
        new KubernetesStepExecutor(
            client, settings(namespace, node.image()), InstantSource.system());
  }

  /** The rights that the manifests give, and no others. */
  private static void grant(String namespace) throws IOException {
    Path role =
        Path.of(System.getProperty("windlass.root"), "pipelines/kubernetes/steps/role.yaml");
    cluster.client().resource(Files.readString(role)).inNamespace(namespace).create();
    cluster
        .client()
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("windlass-steps")
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "windlass-steps")
                .addNewSubject("", "ServiceAccount", "windlass", namespace)
                .build())
        .create();
  }

  private static ExecutorSettings settings(String namespace, String image) {
    return new ExecutorSettings(
        namespace,
        image,
        Optional.empty(),
        ExecutorSettings.USER,
        100,
        128L << 20,
        1L << 30,
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
    assertThat(Files.readAllLines(task.logFile()))
        .isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void aStepThatTakesMoreMemoryThanItMayIsOverItsLimit() throws Exception {
    StepTask task = task("exec tail -c 900m /dev/zero");

    assertThat(executor.run(task)).isInstanceOf(StepResult.OverLimit.class);
  }
}
