package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.Inventory;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.apply.ReleaseRecords;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes all of an environment out of its namespace; workloads first, so that they drain. */
final class Removal {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
  private static final Duration LONGEST_DRAIN = Duration.ofMinutes(30);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private record Kind(String group, String version, String kind, String plural) {
    ResourceDefinitionContext context() {
      return new ResourceDefinitionContext.Builder()
          .withGroup(group)
          .withVersion(version)
          .withKind(kind)
          .withPlural(plural)
          .withNamespaced(true)
          .build();
    }
  }

  private static final List<Kind> WORKLOADS =
      List.of(
          new Kind("apps", "v1", "Deployment", "deployments"),
          new Kind("apps", "v1", "StatefulSet", "statefulsets"),
          new Kind("batch", "v1", "Job", "jobs"));

  private static final Kind CLAIMS =
      new Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");

  /** Of what repositories bring: what makes pods. */
  private static final Set<String> PODS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "CronJob");

  private static final List<Kind> REST =
      List.of(
          new Kind("networking.k8s.io", "v1", "Ingress", "ingresses"),
          new Kind("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
          new Kind("cert-manager.io", "v1", "Certificate", "certificates"),
          new Kind("", "v1", "Service", "services"),
          new Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
          new Kind("", "v1", "ServiceAccount", "serviceaccounts"),
          new Kind("", "v1", "Secret", "secrets"),
          new Kind("", "v1", "ConfigMap", "configmaps"));

  /** Groups that not every cluster has. */
  private static final Set<String> OPTIONAL =
      Set.of("gateway.networking.k8s.io", "cert-manager.io");

  private final Cluster cluster;
  private final String namespace;
  private final boolean volumes;
  private final EnvironmentId environment;
  private final String label;
  private final InstantSource clock;

  /**
   * Removes nothing yet.
   *
   * @param volumes whether they go too
   */
  Removal(
      Cluster cluster,
      String namespace,
      boolean volumes,
      EnvironmentId environment,
      InstantSource clock) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.volumes = volumes;
    this.environment = environment;
    this.label = Labels.environment(environment);
    this.clock = clock;
  }

  /**
   * Returns when nothing is left but pods that should be gone and that nobody tells the end of.
   *
   * @return the releases that were kept
   * @throws ClusterException of kind {@link ClusterException.Kind#REFUSED} where pods stay that the
   *     cluster does not even ask to go
   */
  List<ReleaseId> run() throws ClusterException, InterruptedException {
    ReleaseRecords records = new ReleaseRecords(cluster, namespace);
    List<ReleaseId> releases = records.list(environment);
    Set<ObjectRef> brought = new TreeSet<>();
    for (ReleaseId release : releases) {
      records
          .find(release)
          .filter(kept -> kept.release().runtime().manifests().isPresent())
          .ifPresent(kept -> brought.addAll(Inventory.passing(kept)));
    }
    for (Kind kind : WORKLOADS) {
      delete(kind);
    }
    Applier applier = new Applier(cluster, environment, namespace);
    applier.prune(brought.stream().filter(ref -> PODS.contains(ref.kind())).toList());
    awaitPods();
    applier.prune(brought);
    for (Kind kind : REST) {
      delete(kind);
    }
    if (volumes) {
      delete(CLAIMS);
    }
    return releases;
  }

  private void delete(Kind kind) throws ClusterException {
    try {
      List<GenericKubernetesResource> found =
          cluster
              .read(
                  "list " + kind.plural() + " of " + environment,
                  client ->
                      client
                          .genericKubernetesResources(kind.context())
                          .inNamespace(namespace)
                          .withLabel(Labels.MANAGED_BY, Labels.WINDLASS)
                          .withLabel(Labels.ENVIRONMENT, label)
                          .list())
              .getItems();
      for (GenericKubernetesResource one : found) {
        cluster.write(
            "delete " + kind.kind() + " " + one.getMetadata().getName(),
            client ->
                client
                    .genericKubernetesResources(kind.context())
                    .inNamespace(namespace)
                    .withName(one.getMetadata().getName())
                    .withPropagationPolicy(DeletionPropagation.BACKGROUND)
                    .delete());
      }
    } catch (ClusterException e) {
      // A cluster without the kind, and a role that never could make one, have none of ours.
      boolean optional = OPTIONAL.contains(kind.group());
      boolean absent =
          e.kind() == ClusterException.Kind.NOT_FOUND
              || e.kind() == ClusterException.Kind.FORBIDDEN;
      if (!optional || !absent) {
        throw e;
      }
    }
  }

  private void awaitPods() throws ClusterException, InterruptedException {
    Instant until = clock.instant().plus(LONGEST_DRAIN);
    while (true) {
      List<Pod> there = pods();
      Instant now = clock.instant();
      List<Pod> staying = there.stream().filter(pod -> !Pods.leftBehind(pod, now)).toList();
      if (staying.isEmpty()) {
        if (!there.isEmpty()) {
          LOG.atWarn()
              .addKeyValue("environment", environment)
              .addKeyValue("pods", names(there))
              .log(
                  "pods of what was removed should be gone and are not; see whether their nodes answer");
        }
        return;
      }
      if (now.isAfter(until)) {
        throw new ClusterException(
            ClusterException.Kind.REFUSED,
            "Tried to wait until the pods of %s are gone but after %d minutes there are still %s; see with \"kubectl describe pod\" what keeps them, or delete them, and remove it again"
                .formatted(environment, LONGEST_DRAIN.toMinutes(), names(staying)));
      }
      Thread.sleep(LOOK);
    }
  }

  private List<Pod> pods() throws ClusterException {
    return cluster
        .read(
            "list the pods of " + environment,
            client ->
                client.pods().inNamespace(namespace).withLabel(Labels.ENVIRONMENT, label).list())
        .getItems()
        .stream()
        .filter(pod -> !Pods.over(pod))
        .toList();
  }

  private static String names(List<Pod> pods) {
    return pods.stream()
        .map(pod ->
            "%s (node %s)".formatted(pod.getMetadata().getName(), pod.getSpec().getNodeName()))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
