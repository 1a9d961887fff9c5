package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Optional;

/** What the kinds of workloads have in common: a pod template and a size. */
public final class Workloads {
  private Workloads() {}

  public static PodTemplateSpec template(HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment -> deployment.getSpec().getTemplate();
      case StatefulSet set -> set.getSpec().getTemplate();
      default -> throw notOne(workload);
    };
  }

  /** The size that it is to have; one where nobody has said. */
  public static int size(HasMetadata workload) {
    Integer replicas =
        switch (workload) {
          case Deployment deployment -> deployment.getSpec().getReplicas();
          case StatefulSet set -> set.getSpec().getReplicas();
          default -> throw notOne(workload);
        };
    return Optional.ofNullable(replicas).orElse(1);
  }

  /** The same of this size. */
  public static HasMetadata sized(HasMetadata workload, int size) {
    return switch (workload) {
      case Deployment deployment ->
          deployment.edit().editSpec().withReplicas(size).endSpec().build();
      case StatefulSet set -> set.edit().editSpec().withReplicas(size).endSpec().build();
      default -> throw notOne(workload);
    };
  }

  /** Nothing of it but its size, as it was seen. */
  public static HasMetadata onlySize(HasMetadata seen) {
    var meta = seen.getMetadata();
    return switch (seen) {
      case Deployment deployment ->
          new DeploymentBuilder()
              .withNewMetadata()
              .withName(meta.getName())
              .withNamespace(meta.getNamespace())
              .withResourceVersion(meta.getResourceVersion())
              .endMetadata()
              .withNewSpec()
              .withReplicas(size(seen))
              .endSpec()
              .build();
      case StatefulSet set ->
          new StatefulSetBuilder()
              .withNewMetadata()
              .withName(meta.getName())
              .withNamespace(meta.getNamespace())
              .withResourceVersion(meta.getResourceVersion())
              .endMetadata()
              .withNewSpec()
              .withReplicas(size(seen))
              .endSpec()
              .build();
      default -> throw notOne(seen);
    };
  }

  /** The same in a slot, by another name there. */
  static HasMetadata in(Slot slot, String name, HasMetadata workload) {
    return switch (workload) {
      case Deployment deployment ->
          deployment
              .edit()
              .withMetadata(named(name, slot, workload.getMetadata()))
              .editSpec()
              .withSelector(of(slot, deployment.getSpec().getSelector()))
              .withTemplate(of(slot, deployment.getSpec().getTemplate()))
              .endSpec()
              .build();
      case StatefulSet set ->
          set.edit()
              .withMetadata(named(name, slot, workload.getMetadata()))
              .editSpec()
              .withSelector(of(slot, set.getSpec().getSelector()))
              .withTemplate(of(slot, set.getSpec().getTemplate()))
              .endSpec()
              .build();
      default -> throw notOne(workload);
    };
  }

  private static ObjectMeta named(String name, Slot slot, ObjectMeta meta) {
    return meta.edit().withName(name).addToLabels(Labels.SLOT, slot.label()).build();
  }

  private static LabelSelector of(Slot slot, LabelSelector selector) {
    return selector.edit().addToMatchLabels(Labels.SLOT, slot.label()).build();
  }

  private static PodTemplateSpec of(Slot slot, PodTemplateSpec template) {
    return template
        .edit()
        .editMetadata()
        .addToLabels(Labels.SLOT, slot.label())
        .endMetadata()
        .build();
  }

  private static IllegalArgumentException notOne(HasMetadata object) {
    return new IllegalArgumentException(
        "Tried to take a " + object.getKind() + " for a workload; use a Deployment or StatefulSet");
  }
}
