package io.windlass.engine.kubernetes.part;

import io.windlass.engine.TestParts;
import io.windlass.scaler.signal.prometheus.RealPrometheus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a cluster with monitoring has: a Prometheus that scrapes cAdvisor, which is part of a real
 * kubelet, and kube-state-metrics.
 */
public final class RealMetrics implements AutoCloseable {
  private final Daemon stateMetrics;
  private final RealPrometheus prometheus;

  private RealMetrics(Daemon stateMetrics, RealPrometheus prometheus) {
    this.stateMetrics = stateMetrics;
    this.prometheus = prometheus;
  }

  /**
   * Of the pods of a node. Skips the test where a program is absent, unless this is CI.
   *
   * @param folder of its own
   */
  public static RealMetrics of(KubeCluster cluster, RealNode node, Path folder) throws IOException {
    RealPrometheus.needed();
    Path program = TestParts.program("kube-state-metrics", "kube-state-metrics");
    int port = KubeCluster.freePort();
    Daemon stateMetrics =
        Daemon.start(
            folder.resolve("kube-state-metrics.log"),
            List.of(
                program.toString(),
                "--kubeconfig=" + cluster.kubeconfig(),
                "--resources=pods",
                "--host=127.0.0.1",
                "--port=" + port,
                "--telemetry-host=127.0.0.1",
                "--telemetry-port=" + KubeCluster.freePort()));
    try {
      Path token = folder.resolve("token");
      Files.writeString(token, cluster.client().getConfiguration().getAutoOAuthToken());
      String jobs =
          """
          - job_name: cadvisor
            scheme: https
            tls_config: { insecure_skip_verify: true }
            authorization: { credentials_file: "%s" }
            metrics_path: /api/v1/nodes/%s/proxy/metrics/cadvisor
            static_configs: [{ targets: ["%s"] }]
          - job_name: kube-state-metrics
            honor_labels: true
            static_configs: [{ targets: ["127.0.0.1:%d"] }]
          """
              .formatted(token, node.name(), cluster.url().getAuthority(), port);
      return new RealMetrics(stateMetrics, RealPrometheus.scraping(folder, jobs));
    } catch (IOException | RuntimeException | Error e) {
      stateMetrics.close();
      throw e;
    }
  }

  /** Of the Prometheus. */
  public URI url() {
    return prometheus.url();
  }

  @Override
  public void close() throws Exception {
    prometheus.close();
    stateMetrics.close();
  }
}
