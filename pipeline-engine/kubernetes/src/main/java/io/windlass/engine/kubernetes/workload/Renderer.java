package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.Volume;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes a release's objects, with the defaults that a careful operator would choose. */
public final class Renderer {
  /** Ready replicas are never fewer than wanted for the sake of a new release. */
  private static final int MAX_UNAVAILABLE = 0;

  private static final String MAX_SURGE = "25%";

  /** Replica sets to go back by hand; Windlass itself goes back by the release's record. */
  private static final int REVISIONS = 2;

  /** On top of a replica's own time to start: finding a node and pulling the image. */
  private static final Duration PULL = Duration.ofMinutes(5);

  /** Of a Service; a route and a neighbour need not know the process' own. */
  static final int SERVICE_PORT = 80;

  private final Release release;
  private final Placement placement;
  private final Capabilities cluster;
  private final List<String> notes = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  private Renderer(Release release, Placement placement, Capabilities cluster) {
    this.release = release;
    this.placement = placement;
    this.cluster = cluster;
  }

  /** Renders a release as this cluster can run it. */
  public static Rendering render(Release release, Placement placement, Capabilities cluster) {
    return new Renderer(release, placement, cluster).render();
  }

  private Rendering render() {
    Map<String, ProcessRuntime> processes = new TreeMap<>(release.runtime().processes());
    List<HasMetadata> objects = new ArrayList<>();
    Map<String, HasMetadata> workloads = new TreeMap<>();
    objects.addAll(claims());
    objects.add(serviceAccount());
    processes.forEach((name, process) -> {
      refuseImage(name);
      if (process.port().isPresent()) {
        objects.add(service(name));
      }
      if (cluster.has(Capabilities.PDB)) {
        objects.add(budget(name));
      }
      workloads.put(name, process.single() ? set(name) : deployment(name, process));
    });
    if (!cluster.has(Capabilities.PDB)) {
      notes.add(
          "The cluster has no policy/v1, so that no PodDisruptionBudget keeps a node's drain from"
              + " taking all replicas at once; use Kubernetes 1.21 or newer");
    }
    var routes = Routes.of(release, placement, cluster);
    objects.addAll(routes.objects());
    notes.addAll(routes.notes());
    refusals.addAll(routes.refusals());
    return refusals.isEmpty()
        ? new Rendering.Done(
            new Rendered(release, placement.namespace(), workloads, objects, notes))
        : new Rendering.Refused(refusals);
  }

  private List<PersistentVolumeClaim> claims() {
    List<Volume> volumes =
        release.runtime().processes().values().stream()
            .flatMap(process -> process.volumes().stream())
            .toList();
    if (volumes.isEmpty()) {
      return List.of();
    }
    if (placement.storage().isEmpty()) {
      refusals.add(
          "The target has no storage for volume \"%s\"; let the operator give it some with storage, or take the volumes out"
              .formatted(volumes.getFirst().name()));
      return List.of();
    }
    Storage storage = placement.storage().get();
    for (Volume volume : volumes) {
      if (volume.bytes() > storage.mostBytes()) {
        refusals.add(
            "Volume \"%s\" asks for %s and the target gives one at most %s; ask for less, or let the operator raise storage.max-size"
                .formatted(
                    volume.name(), Pods.memory(volume.bytes()), Pods.memory(storage.mostBytes())));
      }
      if (volume.shared() && storage.sharedClass().isEmpty()) {
        refusals.add(
            "The target has no storage that replicas share, for volume \"%s\"; let the operator name a class that many nodes can write to as storage.shared-class"
                .formatted(volume.name()));
      }
    }
    return Claims.of(release, placement.namespace(), storage);
  }

  private void refuseImage(String process) {
    ImageRef image = release.images().get(process);
    if (image == null || !image.reference().contains("@sha256:")) {
      refusals.add(
          "Process \"%s\" has an image that is in the server's own store only; give image.name a"
                  .formatted(process)
              + " registry that the cluster can pull from");
    }
  }

  private EnvironmentId environment() {
    return release.environment();
  }

  private ObjectMeta meta(String name) {
    return Metas.of(environment(), placement.namespace(), name);
  }

  private ObjectMeta meta(String process, String name) {
    return new ObjectMetaBuilder(meta(name))
        .addToLabels(Labels.COMPONENT, Names.component(process))
        .build();
  }

  private ServiceAccount serviceAccount() {
    return new ServiceAccountBuilder()
        .withMetadata(meta(Names.app(environment())))
        .withAutomountServiceAccountToken(false)
        .build();
  }

  private Service service(String process) {
    return new ServiceBuilder()
        .withMetadata(meta(process, Names.process(environment(), process)))
        .withNewSpec()
        .withSelector(Labels.selector(environment(), process))
        .addNewPort()
        .withName(Pods.PORT)
        .withPort(SERVICE_PORT)
        .withTargetPort(new IntOrString(Pods.PORT))
        .endPort()
        .endSpec()
        .build();
  }

  /** One at a time lets a drained node go on whatever the size is, also with a single replica. */
  private PodDisruptionBudget budget(String process) {
    var budget =
        new PodDisruptionBudgetBuilder()
            .withMetadata(meta(process, Names.process(environment(), process)))
            .withNewSpec()
            .withMaxUnavailable(new IntOrString(1))
            .withNewSelector()
            .withMatchLabels(Labels.selector(environment(), process))
            .endSelector()
            .endSpec()
            .build();
    if (cluster.evictsUnhealthy()) {
      budget.getSpec().setUnhealthyPodEvictionPolicy("AlwaysAllow");
    }
    return budget;
  }

  /**
   * One replica at most, whatever happens to nodes: the next one comes when the last is known to be
   * gone. Parallel, because a set that brings its pods in order waits for a broken one to become
   * ready before it gives it another release's template.
   */
  private StatefulSet set(String name) {
    return new StatefulSetBuilder()
        .withMetadata(workloadMeta(name))
        .withNewSpec()
        .withRevisionHistoryLimit(REVISIONS)
        .withPodManagementPolicy("Parallel")
        .withServiceName(Names.process(environment(), name))
        .withNewSelector()
        .withMatchLabels(Labels.selector(environment(), name, Slot.BLUE))
        .endSelector()
        .withTemplate(Pods.template(release, name, placement, cluster))
        .endSpec()
        .build();
  }

  private ObjectMeta workloadMeta(String process) {
    return new ObjectMetaBuilder(meta(process, Names.workload(environment(), process, Slot.BLUE)))
        .addToLabels(Labels.FLEET, Labels.fleet(environment(), process))
        .addToLabels(Labels.SLOT, Slot.BLUE.label())
        .build();
  }

  private Deployment deployment(String name, ProcessRuntime process) {
    Map<String, String> labels = Labels.selector(environment(), name, Slot.BLUE);
    return new DeploymentBuilder()
        .withMetadata(workloadMeta(name))
        .withNewSpec()
        .withRevisionHistoryLimit(REVISIONS)
        .withProgressDeadlineSeconds(Pods.seconds(Pods.startup(process).plus(PULL)))
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(new IntOrString(MAX_SURGE))
        .withMaxUnavailable(new IntOrString(MAX_UNAVAILABLE))
        .endRollingUpdate()
        .endStrategy()
        .withNewSelector()
        .withMatchLabels(labels)
        .endSelector()
        .withTemplate(Pods.template(release, name, placement, cluster))
        .endSpec()
        .build();
  }
}
