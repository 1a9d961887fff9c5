package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.RealNode;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.webhooks.demo.DemoPlace;
import io.windlass.webhooks.demo.SampleRepository;
import io.windlass.webhooks.demo.ServerProcess;
import io.windlass.webhooks.demo.WebhookSender;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a push to pods of a real kubelet, with a real server. */
@Timeout(600)
class KubernetesServerTest {
  private static final String REPOSITORY = "acme/shop";
  private static final String ENVIRONMENT = REPOSITORY + "/production";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path temporary;
  private final HttpClient client = HttpClient.newHttpClient();
  private KubeCluster cluster;
  private RealNode node;
  private String namespace = "";
  private DemoPlace place;
  private SampleRepository repository;
  private ServerProcess server;

  @BeforeEach
  void open() throws Exception {
    cluster = KubeCluster.shared();
    node = RealNode.join(cluster);
    namespace = cluster.namespace("shop");
    String steps =
        cluster.namespace("steps", Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    place = DemoPlace.make(temporary.resolve("windlass"), REPOSITORY, "production");
    String file = Files.readString(place.config());
    Files.writeString(
        place.config(),
        file.replace(
                "targets:\n",
                """
                registries: [{ host: "%s" }]
                steps:
                  kubernetes:
                    target: cluster
                    namespace: %s
                    image: %s
                    resources: { cpu: 100m, memory: 128MiB }
                    node-selector: { kubernetes.io/hostname: %s }
                targets:
                  cluster:
                    kubernetes:
                      kubeconfig: "%s"
                      namespaces: [%s]
                      node-selector: { kubernetes.io/hostname: %s }
                """
                    .formatted(
                        node.registry().host(),
                        steps,
                        node.image(),
                        node.name(),
                        cluster.kubeconfig(),
                        namespace,
                        node.name()))
            .replace("{ target: local,", "{ target: cluster,"));
    Path sample = Files.createDirectories(temporary.resolve("sample/app"));
    Path root = Optional.ofNullable(sample.getParent()).orElseThrow();
    Files.writeString(
        root.resolve("windlass.yaml"),
        """
        steps:
          page: { run: "mkdir -p app/www; cp page app/www/index.html" }
        image:
          preset: files
          from: %1$s
          name: %2$s/acme/shop
          files: [{ from: app, to: /app }]
          entrypoint: [/bin/sh, /app/main.sh]
        app: { port: 8080, health: { ready: /index.html, startup: 30s } }
        environments:
          production: { target: cluster, scale: { min: 2, max: 3 } }
        """
            .formatted(node.image(), node.registry().host()));
    Files.writeString(
        sample.resolve("main.sh"), "exec busybox httpd -f -p \"$PORT\" -h /app/www\n");
    Files.writeString(root.resolve("page"), "one");
    repository = SampleRepository.create(root, place.repository());
    server = ServerProcess.start(place.config(), place.log(), place.address());
  }

  @AfterEach
  void close() throws Exception {
    server.stop();
    client.close();
    try (KeeperClient keeper = new KeeperClient(place.keeper(), Duration.ofSeconds(60))) {
      long pid = keeper.status().pid();
      keeper.stopAll(Duration.ofMinutes(1));
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
    repository.close();
    cluster.client().namespaces().withName(namespace).delete();
    node.close();
  }

  @Test
  void aPushServesFromPodsABadOneReturnsAndTheServerMayDieMeanwhile() throws Exception {
    push("one");
    await().atMost(Duration.ofMinutes(3)).until(() -> current() == 1);
    assertThat(answers()).hasSize(2).containsOnly("one");

    push("two");
    server.kill();
    server.startAgain();
    await().atMost(Duration.ofMinutes(3)).until(() -> current() == 2);
    assertThat(answers()).hasSize(2).containsOnly("two");
    assertThat(get("/drift").path("changes")).isEmpty();
    assertThat(get("/plan").path("changes").toString()).contains("Deployment shop-production-web");

    Files.writeString(
        repository.folder().resolve("app/main.sh"), "echo no such table: basket; exit 3\n");
    push("three");
    await().atMost(Duration.ofMinutes(3)).until(() -> "returned".equals(lastOutcome()));
    assertThat(current()).isEqualTo(2);
    assertThat(environment().path("last").toString()).contains("no such table: basket");
    assertThat(answers()).hasSize(2).containsOnly("two");
  }

  @Test
  void aRepositorysOwnManifestsAreBroughtOrRefusedBeforeAnythingMoves() throws Exception {
    Path file = repository.folder().resolve("windlass.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst("(?m)^app: .*\\n", "")
            .replace("{ target: cluster, ", "{ target: cluster, manifests: deploy, "));
    Path manifests = Files.createDirectories(repository.folder().resolve("deploy"));
    String web =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              terminationGracePeriodSeconds: 2
              containers:
                - name: web
                  image: %s/acme/shop:latest
                  env: [{ name: PORT, value: "8080" }]
                  readinessProbe: { httpGet: { path: /index.html, port: 8080 }, periodSeconds: 2 }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: shop }
        spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
        """
            .formatted(node.registry().host());
    Files.writeString(manifests.resolve("web.yaml"), web);
    push("one");
    await().atMost(Duration.ofMinutes(3)).until(() -> current() == 1);
    assertThat(answers()).hasSize(2).containsOnly("one");
    assertThat(get("/drift").path("changes")).isEmpty();

    Files.writeString(
        manifests.resolve("web.yaml"),
        web.replace("      containers:", "      hostNetwork: true\n      containers:"));
    push("two");
    await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> get("/plan").path("obstacles").toString().contains("hostNetwork may not be set"));
    assertThat(current()).isEqualTo(1);

    Files.writeString(manifests.resolve("web.yaml"), web);
    push("three");
    await().atMost(Duration.ofMinutes(3)).until(() -> current() == 2);
    assertThat(answers()).hasSize(2).containsOnly("three");
  }

  private List<String> answers() {
    return cluster.client().pods().inNamespace(namespace).list().getItems().stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(Readiness::isPodReady)
        .map(this::answer)
        .toList();
  }

  private String answer(Pod pod) {
    URI address = URI.create("http://" + pod.getStatus().getPodIP() + ":8080/index.html");
    try {
      return client
          .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private long current() throws Exception {
    return environment().path("current").path("id").path("number").asLong();
  }

  private String lastOutcome() throws Exception {
    return environment().path("last").path("outcome").asText();
  }

  private JsonNode environment() throws Exception {
    return get("");
  }

  private JsonNode get(String part) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                place.address().resolve("/api/v1/environments/" + ENVIRONMENT + part))
            .header("Authorization", "Bearer " + Files.readString(place.tokenFile()).strip())
            .build();
    return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private void push(String text) throws Exception {
    String before = repository.head();
    Files.writeString(repository.folder().resolve("page"), text);
    String after = repository.commit(text);
    new WebhookSender(
            place.address().resolve("/hooks/github/" + REPOSITORY), place.secret(), REPOSITORY)
        .push(SampleRepository.BRANCH, before, after, text);
  }
}
