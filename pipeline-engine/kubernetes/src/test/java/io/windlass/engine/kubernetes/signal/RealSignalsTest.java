package io.windlass.engine.kubernetes.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.RealMetrics;
import io.windlass.engine.kubernetes.part.RealNode;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.prometheus.PrometheusSettings;
import io.windlass.scaler.signal.prometheus.PrometheusSignals;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Containers of a real kubelet, measured by its own cAdvisor. */
@Timeout(300)
@Isolated("two kubelets of a machine clear away each other's pods")
final class RealSignalsTest {
  private static final FleetId FLEET = FleetId.parse("acme/shop/production/web");
  private static final String NAME =
      Names.process(EnvironmentId.parse(FLEET.environment()), FLEET.process());

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private KubeCluster cluster;
  private RealNode node;
  private RealMetrics metrics;
  private String namespace = "";

  @BeforeEach
  void open() throws Exception {
    // Of its own: others' pods have no business on this node, and could not run there.
    cluster = KubeCluster.start();
    node = RealNode.join(cluster);
    metrics = RealMetrics.of(cluster, node, folder);
    namespace = cluster.namespace("signals");
  }

  @AfterEach
  void close() throws Exception {
    http.close();
    if (metrics != null) {
      metrics.close();
    }
    if (node != null) {
      node.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void cpuAndNetworkOfEachPodComeFromWhatAClusterMeasures() throws Exception {
    cluster.client().resource(busy()).create();
    var settings =
        new PrometheusSettings(
            metrics.url(), Duration.ofSeconds(5), Duration.ofSeconds(1), 1 << 20, 4);
    var series = new ClusterSeries(fleet -> namespace, (fleet, release) -> List.of());
    try (var signals = new PrometheusSignals(settings, series, InstantSource.system())) {
      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(() -> {
            List<Pod> pods = pods();
            String[] names =
                pods.stream().map(pod -> pod.getMetadata().getName()).toArray(String[]::new);
            Map<String, Sample> cpu = read(signals, new Signal.Cpu());
            assertThat(cpu).containsOnlyKeys(names);
            // Of the requested tenth of a core; it may take twice as much, if it gets it.
            assertThat(cpu.values()).allMatch(s -> s.value() > 0.05 && s.value() < 3);
            download(pods);
            Map<String, Sample> out = read(signals, new Signal.NetworkOut());
            assertThat(out).containsOnlyKeys(names);
            assertThat(out.values()).allMatch(sample -> sample.value() > 1000);
          });
    }
  }

  private static Map<String, Sample> read(PrometheusSignals signals, Signal signal) {
    SignalQuery query = new SignalQuery(FLEET, Optional.empty(), signal, Duration.ofMinutes(1));
    Reading reading = signals.read(List.of(query), Instant.now()).getFirst();
    assertThat(reading).as(reading.toString()).isInstanceOf(Reading.PerReplica.class);
    return ((Reading.PerReplica) reading).samples();
  }

  private List<Pod> pods() {
    List<Pod> pods = cluster.client().pods().inNamespace(namespace).list().getItems();
    assertThat(pods).hasSize(2).allMatch(pod -> pod.getStatus().getPodIP() != null);
    return pods;
  }

  private void download(List<Pod> pods) throws IOException, InterruptedException {
    for (Pod pod : pods) {
      URI file = URI.create("http://" + pod.getStatus().getPodIP() + ":8080/busybox");
      http.send(HttpRequest.newBuilder(file).build(), HttpResponse.BodyHandlers.discarding());
    }
  }

  private Deployment busy() {
    Map<String, String> labels = Map.of("app", "busy");
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName(NAME)
        .withNamespace(namespace)
        .endMetadata()
        .withNewSpec()
        .withReplicas(2)
        .withNewSelector()
        .withMatchLabels(labels)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .withNewSpec()
        .withNodeSelector(Map.of("kubernetes.io/hostname", node.name()))
        .withTerminationGracePeriodSeconds(0L)
        .addNewContainer()
        .withName("web")
        .withImage(node.image())
        .withCommand("/bin/sh", "-c", "busybox httpd -p 8080 -h /bin; while :; do :; done")
        .withNewResources()
        .addToRequests("cpu", new Quantity("100m"))
        .addToLimits("cpu", new Quantity("200m"))
        .endResources()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
