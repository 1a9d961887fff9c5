package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import io.windlass.engine.kubernetes.apply.Owner;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.environment.Releases;
import io.windlass.engine.kubernetes.workload.Certificates;
import io.windlass.engine.kubernetes.workload.Claims;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Prepared;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lays a rendered release ready in its namespace: nothing of it runs, and nothing moves. */
final class Preparation {
  private static final String DEPLOYMENT = "Deployment";
  private static final String SET = "StatefulSet";

  private final Cluster cluster;
  private final Releases releases;

  Preparation(Cluster cluster, Releases releases) {
    this.cluster = cluster;
    this.releases = releases;
  }

  /**
   * Keeps what the release is made of, with its secrets and volumes, and looks whether the cluster
   * would take the rest.
   *
   * @param values of its secrets by variable
   */
  Prepared keep(Rendered made, Map<String, String> values) throws ClusterException {
    Rendered rendered = releases.records(made.namespace()).keep(made);
    Applier applier = new Applier(cluster, rendered.id().environment(), rendered.namespace());
    Optional<Secret> secret = rendered.secret(values);
    // What the cluster does not take is better known before anything has moved.
    for (HasMetadata object : rendered.all(Slot.BLUE)) {
      applier.findOurs(object);
    }
    for (String process : rendered.processes()) {
      applier.findOurs(rendered.workload(process, Slot.GREEN));
    }
    for (String process : rendered.processes()) {
      Optional<String> other = otherKind(applier, rendered, process);
      if (other.isPresent()) {
        return new Prepared.Failed(other.get());
      }
    }
    askAgain(applier, rendered);
    if (secret.isPresent() && applier.findOurs(secret.get()).isEmpty()) {
      applier.apply(secret.get());
    }
    if (rendered.release().runtime().manifests().isPresent()) {
      for (HasMetadata object : rendered.objects()) {
        applier.dryRun(
            object instanceof PersistentVolumeClaim claim ? kept(applier, claim) : object, true);
      }
    }
    for (String process : rendered.processes()) {
      applier.dryRun(rendered.workload(process, Slot.BLUE), true);
    }
    // Replicas of the release may come before its other objects do, and need them.
    for (PersistentVolumeClaim claim : Claims.among(rendered.objects()).toList()) {
      applier.apply(kept(applier, claim));
    }
    // Their names say what is in them, so that nothing that runs takes notice of new ones.
    for (HasMetadata object : rendered.objects()) {
      if (object instanceof ConfigMap) {
        applier.apply(object);
      }
    }
    return new Prepared.Ready();
  }

  private static PersistentVolumeClaim kept(Applier applier, PersistentVolumeClaim claim)
      throws ClusterException {
    return Claims.kept(claim, applier.findOurs(claim));
  }

  /** Two workloads of one name and two kinds would both have the process' replicas. */
  private static Optional<String> otherKind(Applier applier, Rendered rendered, String process)
      throws ClusterException {
    HasMetadata wanted = rendered.workload(process, Slot.BLUE);
    String kind = wanted.getKind().equals(SET) ? DEPLOYMENT : SET;
    for (Slot slot : Slot.values()) {
      String name = rendered.workload(process, slot).getMetadata().getName();
      var other = applier.find(new ObjectRef(wanted.getApiVersion(), kind, name));
      if (other.isPresent() && Owner.owns(rendered.id().environment(), other.get())) {
        return Optional.of(
            "Process \"%s\" runs as a %s and would become a %s, because of a volume that is one replica's own; give the process another name, so that the one takes the place of the other"
                .formatted(process, kind, wanted.getKind()));
      }
    }
    return Optional.empty();
  }

  /** cert-manager waits longer before it tries one again that it was refused than we do. */
  private static void askAgain(Applier applier, Rendered rendered) throws ClusterException {
    for (GenericKubernetesResource certificate : Certificates.in(rendered).toList()) {
      var seen = Certification.of(certificate, applier.findOurs(certificate));
      if (seen.state() == Certification.State.FAILED) {
        applier.prune(List.of(ObjectRef.of(certificate)));
      }
    }
  }
}
