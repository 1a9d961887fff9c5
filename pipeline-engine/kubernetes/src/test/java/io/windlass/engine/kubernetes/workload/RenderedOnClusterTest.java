package io.windlass.engine.kubernetes.workload;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.SecretRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Whatever a repository may write, a real API server takes it, in a restricted namespace. */
class RenderedOnClusterTest {
  private static final int RELEASES = 60;

  private static final List<String> VALUES =
      List.of("", " ", "true", "0x1F", "$(HOME)", "$$", "a: b", "é\n\"'{}", "-", "null", "~");

  @Test
  void everyRenderingIsTakenByTheApiServer() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace =
        kube.namespace("any", Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    var settings = new ClusterSettings(Optional.of(kube.kubeconfig()), Optional.empty());
    long seed = System.nanoTime();
    var random = new Random(seed);
    kube.define("gateway.networking.k8s.io_httproutes.yaml");
    try (Cluster cluster = Cluster.open(settings)) {
      Capabilities capabilities = cluster.discover();
      for (int i = 0; i < RELEASES; i++) {
        Release release = release(random);
        var rendering =
            Renderer.render(
                release, Placement.in(namespace).exposed(exposure(random)), capabilities);
        Rendered rendered = ((Rendering.Done) rendering).rendered();
        var applier = new Applier(cluster, release.environment(), namespace);
        List<HasMetadata> objects = new ArrayList<>(rendered.all(Slot.values()[i % 2]));
        objects.addAll(rendered.secret(secrets(release)).stream().toList());
        for (HasMetadata object : objects) {
          assertThatCode(() -> applier.dryRun(object, false))
              .as("seed %d, %s", seed, Yaml.of(object))
              .doesNotThrowAnyException();
        }
        // What a Deployment's pods may be is looked at only when one is made.
        for (String process : rendered.processes()) {
          var pod = pod(rendered, process);
          assertThatCode(() -> kube.client().resource(pod).inNamespace(namespace).dryRun().create())
              .as("seed %d, %s", seed, Yaml.of(pod))
              .doesNotThrowAnyException();
        }
      }
    }
  }

  private static Exposure exposure(Random random) {
    return random.nextBoolean()
        ? Shop.INGRESS.exposure()
        : new Exposure.ByGateway("public", "gateways", Optional.of("https"));
  }

  private static Pod pod(Rendered rendered, String process) {
    var template = Workloads.template(rendered.workload(process, Slot.BLUE));
    return new PodBuilder()
        .withNewMetadataLike(template.getMetadata())
        .withName("pod")
        .endMetadata()
        .withNewSpecLike(template.getSpec())
        // Made with the first apply of a release, and looked up when a pod is.
        .withServiceAccountName("default")
        .endSpec()
        .build();
  }

  private static Map<String, String> secrets(Release release) {
    Map<String, String> values = new TreeMap<>();
    release.runtime().secrets().forEach(secret -> values.put(secret.name(), "x"));
    return values;
  }

  private static Release release(Random random) {
    var environment =
        new EnvironmentId(
            word(random, "aZ09-", 1, 39) + "/" + word(random, "aZ09._-", 1, 100),
            "p" + word(random, "aZ09_-", 0, 62));
    Map<String, ProcessRuntime> processes = new TreeMap<>();
    List<PublicRoute> routes = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      String name = "p" + word(random, "az09-", 0, 39);
      ProcessRuntime process = process(random);
      processes.put(name, process);
      if (process.port().isPresent()) {
        routes.add(
            new PublicRoute(Optional.of("h" + i + ".example.com"), pick(random, PATHS), name));
      }
    }
    Map<String, String> env = new TreeMap<>();
    List<SecretRef> secrets = new ArrayList<>();
    for (int i = 0; i < random.nextInt(5); i++) {
      env.put("V" + word(random, "aZ_9", 0, 40), pick(random, VALUES));
      secrets.add(new SecretRef("S" + i + word(random, "aZ_9", 0, 40), Optional.empty(), 1));
    }
    return Shop.release(
        environment,
        1 + random.nextInt(100_000),
        new AppRuntime(env, secrets, processes, routes, Optional.empty()));
  }

  private static final List<String> PATHS =
      List.of("/", "/api", "/a/b/", "/%7Efoo", "/~$&'()*+,;=:@", "/x-y_z.html");

  private static ProcessRuntime process(Random random) {
    Optional<Integer> port =
        random.nextInt(4) == 0 ? Optional.empty() : Optional.of(1 + random.nextInt(65535));
    return new ProcessRuntime(
        random.nextBoolean() ? Optional.empty() : Optional.of(pick(random, VALUES) + "x"),
        port,
        port.filter(_ -> random.nextInt(4) > 0).map(_ -> health(random)),
        random.nextBoolean() ? Optional.empty() : Optional.of(1 + random.nextInt(1_000_000)),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of((1L << 20) + (random.nextLong() & 0xffffffffffL)),
        random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(3_600_000)));
  }

  private static HealthRule health(Random random) {
    return new HealthRule(
        random.nextBoolean() ? Optional.empty() : Optional.of(pick(random, PATHS)),
        random.nextBoolean() ? Optional.empty() : Optional.of(pick(random, PATHS)),
        Duration.ofMillis(100 + random.nextInt(3_600_000)),
        Duration.ofMillis(1000 + random.nextInt(3_600_000)));
  }

  private static String word(Random random, String letters, int least, int most) {
    var word = new StringBuilder();
    int length = least + random.nextInt(most - least + 1);
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }

  private static <T> T pick(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
