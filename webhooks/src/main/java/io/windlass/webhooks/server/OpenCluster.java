package io.windlass.webhooks.server;

import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.fleet.Backstop;
import io.windlass.engine.kubernetes.fleet.KubernetesFleet;
import io.windlass.engine.kubernetes.manifest.Manifests;
import io.windlass.engine.kubernetes.manifest.Texts;
import io.windlass.engine.kubernetes.manifest.Tools;
import io.windlass.engine.kubernetes.rollout.KubernetesTarget;
import io.windlass.engine.kubernetes.signal.ClusterSeries;
import io.windlass.engine.kubernetes.step.ExecutorSettings;
import io.windlass.engine.kubernetes.step.KubernetesStepExecutor;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Place;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Replica;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.scaler.signal.prometheus.PrometheusSettings;
import io.windlass.scaler.signal.prometheus.PrometheusSignals;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Namespaces of a cluster as a target. */
final class OpenCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenCluster.class);

  private final String name;
  private final Settings.Target.Kubernetes settings;
  private final Whereabouts whereabouts;
  private final Cluster cluster;
  private final Tools tools;
  private final KubernetesTarget rollouts;
  private final OpenTarget target;

  /**
   * Opens the cluster; it need not answer now.
   *
   * @param name of the target
   * @param manifests that were rendered and kept
   * @param prometheus with the series of cAdvisor and kube-state-metrics
   */
  OpenCluster(
      String name,
      Settings.Target.Kubernetes settings,
      Whereabouts whereabouts,
      KubernetesTarget.Images images,
      KubernetesTarget.Values secrets,
      Texts manifests,
      Optional<URI> prometheus,
      InstantSource clock)
      throws ClusterException {
    this.name = name;
    this.settings = settings;
    this.whereabouts = whereabouts;
    this.cluster = Cluster.open(settings.cluster());
    this.tools = Tools.of(settings.kustomize(), settings.helm());
    this.rollouts =
        new KubernetesTarget(
            cluster, this::placement, images, secrets, new Manifests(manifests, tools), clock);
    this.target = new OpenTarget(name, rollouts, this::fleet, signals(prometheus, clock));
  }

  /**
   * Says in the log which programs there are for kustomizations and charts, with their versions,
   * and where one is not kept apart from this machine.
   */
  void sayTools() {
    try {
      tools.found().forEach(this::sayTool);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("target", name).setCause(e).log("cannot ask tools for versions");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sayTool(String tool, Tools.Found found) {
    LOG.atInfo()
        .addKeyValue("target", name)
        .addKeyValue("tool", tool)
        .addKeyValue("version", found.version())
        .log("manifests are rendered with this program");
    found
        .open()
        .ifPresent(open ->
            LOG.atWarn()
                .addKeyValue("target", name)
                .addKeyValue("tool", tool)
                .addKeyValue("open", open)
                .log(
                    "this program is not kept apart from this machine; install bubblewrap, let the server's user make user namespaces, and take one that needs nothing but libraries, or leave it away"));
  }

  /** Steps as Jobs of this cluster. */
  KubernetesStepExecutor steps(ExecutorSettings steps, InstantSource clock) {
    return new KubernetesStepExecutor(cluster, steps, clock);
  }

  OpenTarget target() {
    return target;
  }

  private Optional<Placement> placement(EnvironmentId environment) {
    return namespace(environment)
        .map(namespace ->
            new Placement(
                namespace,
                settings.exposure(),
                settings.pullSecrets(),
                Optional.of(settings.runAsUser()),
                settings.nodeSelector(),
                settings.storage(),
                settings.allowance()));
  }

  private Optional<String> namespace(EnvironmentId environment) {
    return whereabouts.now(environment).filter(at -> at.target().equals(name)).map(Place::part);
  }

  private Fleet fleet(FleetId id) {
    return new KubernetesFleet(
        cluster,
        rollouts.watches(),
        rollouts.wishes(),
        namespace(EnvironmentId.parse(id.environment())).orElse(""),
        id,
        settings.autoscalers() ? Backstop.ALLOW : Backstop.REFUSE,
        Map::of);
  }

  private SignalSource signals(Optional<URI> prometheus, InstantSource clock) {
    var series =
        new ClusterSeries(
            id -> namespace(EnvironmentId.parse(id.environment())).orElse(""), this::pods);
    return prometheus
        .<SignalSource>map(url -> new PrometheusSignals(PrometheusSettings.of(url), series, clock))
        .orElseGet(() ->
            new NoSignals(
                "the server's file names no Prometheus; add 'prometheus: { url: ... }' with the cluster's metrics"));
  }

  /** None are known while the cluster does not answer. */
  private List<String> pods(FleetId id, String release) {
    try {
      return fleet(id).state().replicas().stream()
          .filter(replica -> replica.release().equals(release))
          .map(Replica::id)
          .toList();
    } catch (FleetException e) {
      return List.of();
    }
  }

  /** Ends the watches; what is wanted stands in the cluster. */
  @Override
  public void close() {
    rollouts.close();
    cluster.close();
  }
}
