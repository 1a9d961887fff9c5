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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Takes all of an environment out of its namespace; workloads first, so that they drain. */
final class Removal {
  private static final long LONGEST_DRAIN_MINUTES = 30;

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

  /**
   * Removes nothing yet.
   *
   * @param volumes whether they go too
   */
  Removal(Cluster cluster, String namespace, boolean volumes, EnvironmentId environment) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.volumes = volumes;
    this.environment = environment;
    this.label = Labels.environment(environment);
  }

  /**
   * Returns when nothing is left.
   *
   * @return the releases that were kept
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

  private void awaitPods() throws ClusterException {
    cluster.read(
        "wait until the pods of " + environment + " are gone",
        client ->
            client
                .pods()
                .inNamespace(namespace)
                .withLabel(Labels.ENVIRONMENT, label)
                .informOnCondition(List<Pod>::isEmpty)
                .orTimeout(LONGEST_DRAIN_MINUTES, TimeUnit.MINUTES)
                .join());
  }
}
