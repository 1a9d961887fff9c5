package io.windlass.engine.kubernetes.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What tests rest on: pods on the stand-in behave as they would on a node. */
final class KubeClusterTest {
  private static KubeCluster cluster;
  private final String image = "registry.test/" + UUID.randomUUID();
  private String namespace;

  @BeforeAll
  static void start() throws Exception {
    cluster = KubeCluster.shared();
  }

  @BeforeEach
  void makeNamespace() {
    namespace = cluster.namespace("pods");
  }

  @AfterEach
  void leave() {
    cluster.client().namespaces().withName(namespace).delete();
  }

  @Test
  void aDeploymentBecomesReadyAndItsPodsAnswer() throws Exception {
    deploy(2);

    Deployment ready =
        cluster
            .client()
            .apps()
            .deployments()
            .inNamespace(namespace)
            .withName("web")
            .waitUntilCondition(
                found -> Integer.valueOf(2).equals(found.getStatus().getReadyReplicas()),
                60,
                TimeUnit.SECONDS);

    assertThat(ready.getStatus().getAvailableReplicas()).isEqualTo(2);
    Pod pod = pods().getFirst();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(PodSite.reach(pod.getStatus().getPodIP(), 8080)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("r7 " + pod.getMetadata().getName() + "\n");
    }
  }

  @Test
  void anImageThatIsNotThereIsToldWithTheRuntimesWords() {
    cluster.kubelet().order(image, Program.imageNotFound());

    deploy(1);

    Pod pod = awaitPod(found -> waiting(found).equals("ImagePullBackOff"));
    assertThat(pod.getStatus().getContainerStatuses().getFirst().getState().getWaiting())
        .extracting("message")
        .asString()
        .contains("not found");
  }

  @Test
  void aProgramThatEndsIsStartedAgainAndItsLastLinesCanBeRead() {
    cluster.kubelet().order(image, Program.exits(1, "no database"));

    deploy(1);

    Pod pod =
        awaitPod(found ->
            waiting(found).equals("CrashLoopBackOff")
                && found.getStatus().getContainerStatuses().getFirst().getRestartCount() > 1);
    // One that has just been started again has said nothing yet.
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(
                    cluster
                        .client()
                        .pods()
                        .inNamespace(namespace)
                        .withName(pod.getMetadata().getName())
                        .getLog())
                .isEqualTo("no database\n"));
  }

  @Test
  void aProbeThatFailsIsAnEventUntilItPasses() {
    cluster.kubelet().order(image, Program.notReady(503));
    deploy(1);

    Event event =
        cluster
            .client()
            .v1()
            .events()
            .inNamespace(namespace)
            .withField("reason", "Unhealthy")
            .informOnCondition(found -> !found.isEmpty())
            .join()
            .getFirst();
    cluster.kubelet().order(image, Program.serves());

    assertThat(event.getMessage())
        .isEqualTo("Readiness probe failed: HTTP probe failed with statuscode: 503");
    awaitPod(found -> found.getStatus().getContainerStatuses().getFirst().getReady());
  }

  @Test
  void aJobEndsWithItsProgram() {
    cluster.kubelet().order(image, Program.exits(3, "broken"));
    cluster
        .client()
        .resource(
            new JobBuilder()
                .withNewMetadata()
                .withName("job")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("step")
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();

    Pod pod = awaitPod(found -> "Failed".equals(found.getStatus().getPhase()));

    assertThat(pod.getStatus().getContainerStatuses().getFirst().getState().getTerminated())
        .extracting("exitCode")
        .isEqualTo(3);
    cluster
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName("job")
        .waitUntilCondition(
            job -> Integer.valueOf(1).equals(job.getStatus().getFailed()), 60, TimeUnit.SECONDS);
  }

  @Test
  void aPodThatIsDeletedGoesAway() {
    deploy(1);
    Pod pod = awaitPod(found -> "Running".equals(found.getStatus().getPhase()));

    cluster.client().apps().deployments().inNamespace(namespace).withName("web").delete();

    cluster.client().resource(pod).waitUntilCondition(found -> found == null, 60, TimeUnit.SECONDS);
  }

  @Test
  void aServiceAccountMayDoOnlyWhatItWasGranted() throws Exception {
    var config = Config.fromKubeconfig(Files.readString(cluster.kubeconfig(namespace, "nobody")));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      Assertions.assertThatThrownBy(() -> client.pods().inNamespace(namespace).list())
          .isInstanceOfSatisfying(
              KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403));
    }
  }

  private void deploy(int replicas) {
    cluster
        .client()
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .addToMatchLabels("app", "web")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "web")
                .addToLabels("windlass.io/release", "r7")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage(image)
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/ready")
                .withPort(new IntOrString(8080))
                .endHttpGet()
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
  }

  private static String waiting(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> status.getState().getWaiting() != null)
        .map(status -> status.getState().getWaiting().getReason())
        .findFirst()
        .orElse("");
  }

  private List<Pod> pods() {
    return cluster.client().pods().inNamespace(namespace).list().getItems();
  }

  private Pod awaitPod(Predicate<Pod> condition) {
    return cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .informOnCondition(found ->
            found.stream()
                .filter(pod -> !pod.getStatus().getContainerStatuses().isEmpty())
                .anyMatch(condition))
        .orTimeout(60, TimeUnit.SECONDS)
        .join()
        .getFirst();
  }
}
