package io.windlass.engine.kubernetes.fleet;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds other autoscalers on a workload. KEDA works through a HorizontalPodAutoscaler of its own.
 */
final class Rivals {
  private static final Set<String> KINDS = Set.of("Deployment", "StatefulSet");
  private static final String KEDA = "scaledobject.keda.sh/name";
  private static final String DISABLED = "Disabled";

  private final Cluster cluster;
  private final Backstop backstop;

  Rivals(Cluster cluster, Backstop backstop) {
    this.cluster = cluster;
    this.backstop = backstop;
  }

  /** What to do about a rival; empty where there is none, or none that matters. */
  Optional<String> objection(String namespace, Set<String> workloads) throws ClusterException {
    for (HorizontalPodAutoscaler rival : list(namespace)) {
      var target = rival.getSpec().getScaleTargetRef();
      if (KINDS.contains(target.getKind()) && workloads.contains(target.getName())) {
        Optional<String> objection = objection(namespace, rival);
        if (objection.isPresent()) {
          return objection;
        }
      }
    }
    return Optional.empty();
  }

  private List<HorizontalPodAutoscaler> list(String namespace) throws ClusterException {
    try {
      return cluster
          .read(
              "list the HorizontalPodAutoscalers of namespace " + namespace,
              client ->
                  client
                      .autoscaling()
                      .v2()
                      .horizontalPodAutoscalers()
                      .inNamespace(namespace)
                      .list())
          .getItems();
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.NOT_FOUND) {
        return List.of(); // A cluster before 1.23.
      }
      throw e;
    }
  }

  private Optional<String> objection(String namespace, HorizontalPodAutoscaler rival) {
    String keda =
        rival.getMetadata().getLabels() == null ? null : rival.getMetadata().getLabels().get(KEDA);
    String kind = keda == null ? "HorizontalPodAutoscaler" : "ScaledObject";
    String name = keda == null ? rival.getMetadata().getName() : keda;
    String found =
        "%s \"%s\" sizes %s \"%s\" too"
            .formatted(
                kind,
                name,
                rival.getSpec().getScaleTargetRef().getKind(),
                rival.getSpec().getScaleTargetRef().getName());
    if (backstop == Backstop.REFUSE) {
      return Optional.of(
          "%s and would fight with Windlass; remove it with \"kubectl delete %s %s -n %s\", or let the operator set autoscalers: scale-out-only in the target"
              .formatted(found, kind.toLowerCase(Locale.ROOT), name, namespace));
    }
    var behavior = rival.getSpec().getBehavior();
    boolean growsOnly =
        behavior != null
            && behavior.getScaleDown() != null
            && DISABLED.equals(behavior.getScaleDown().getSelectPolicy());
    return growsOnly
        ? Optional.empty()
        : Optional.of(
            "%s and may shrink it; a backstop only grows: set behavior.scaleDown.selectPolicy to Disabled in it"
                .formatted(found));
  }
}
