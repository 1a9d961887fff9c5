package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The pods of one process of a release. */
final class Pods {
  /** The name of the port that a process listens on. */
  static final String PORT = "http";

  /** Between being told to stop and being killed, after requests under way had their time. */
  private static final Duration STOP = Duration.ofSeconds(10);

  /** As the local keeper waits for an answer. */
  private static final int PROBE_SECONDS = 2;

  /** Unready at once would let one slow answer move all requests to the others. */
  private static final int FAILURES = 3;

  private static final Duration STARTUP_WITHOUT_PROBE = Duration.ofMinutes(5);

  private Pods() {}

  static PodTemplateSpec template(
      Release release, String name, Placement placement, Capabilities cluster) {
    // There by Release's own rule.
    ProcessRuntime process = Objects.requireNonNull(release.runtime().processes().get(name));
    Map<String, String> labels = Labels.selector(release.environment(), name, Slot.BLUE);
    labels.putAll(Labels.release(release.id()));
    labels.put(Labels.COMPONENT, Names.component(name));
    labels.put(Labels.VERSION, release.sha());
    PodTemplateSpec template =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            .withLabels(labels)
            .addToAnnotations(Labels.ENVIRONMENT, release.environment().toString())
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(Names.app(release.environment()))
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withSecurityContext(security(placement))
            .withTerminationGracePeriodSeconds((long) seconds(process.drain().plus(STOP)))
            .withTopologySpreadConstraints(spread(release, name))
            .withContainers(container(release, name, process, cluster))
            .withImagePullSecrets(
                placement.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
            .endSpec()
            .build();
    Claims.mount(template.getSpec(), release, name, process);
    if (!placement.nodeSelector().isEmpty()) {
      template.getSpec().setNodeSelector(new TreeMap<>(placement.nodeSelector()));
    }
    return template;
  }

  private static PodSecurityContext security(Placement placement) {
    PodSecurityContext security =
        new PodSecurityContextBuilder()
            .withRunAsNonRoot(true)
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile()
            .build();
    placement.runAsUser().ifPresent(security::setRunAsUser);
    return security;
  }

  /** Counts the pods of the same release, so that those on their way out do not matter. */
  private static TopologySpreadConstraint spread(Release release, String name) {
    Map<String, String> same = Labels.selector(release.environment(), name);
    same.put(Labels.RELEASE, Long.toString(release.number()));
    return new TopologySpreadConstraintBuilder()
        .withMaxSkew(1)
        .withTopologyKey("kubernetes.io/hostname")
        .withWhenUnsatisfiable("ScheduleAnyway")
        .withNewLabelSelector()
        .withMatchLabels(same)
        .endLabelSelector()
        .build();
  }

  private static Container container(
      Release release, String name, ProcessRuntime process, Capabilities cluster) {
    Container container =
        new ContainerBuilder()
            .withName(Names.component(name))
            .withImage(Objects.requireNonNull(release.images().get(name)).reference())
            .withImagePullPolicy("IfNotPresent")
            .withEnv(env(release, process))
            .withSecurityContext(restricted())
            .withResources(resources(process))
            .build();
    process
        .run()
        .ifPresent(run -> container.setCommand(List.of("/bin/sh", "-c", Variables.verbatim(run))));
    if (!release.runtime().secrets().isEmpty()) {
      container.setEnvFrom(
          List.of(
              new EnvFromSourceBuilder()
                  .withNewSecretRef()
                  .withName(Names.secret(release.id()))
                  .endSecretRef()
                  .build()));
    }
    process.port().ifPresent(port -> serving(container, process, port, cluster));
    return container;
  }

  private static void serving(
      Container container, ProcessRuntime process, int port, Capabilities cluster) {
    container.setPorts(
        List.of(new ContainerPortBuilder().withName(PORT).withContainerPort(port).build()));
    process.health().ifPresent(health -> probes(container, health));
    if (process.drain().isPositive()) {
      container.setLifecycle(drain(seconds(process.drain()), cluster));
    }
  }

  /**
   * A pod is taken out of its Services when it is to go, and learns of its end at the same moment.
   * Sleeping first gives requests under way their time and the routers time to notice.
   */
  private static Lifecycle drain(int seconds, Capabilities cluster) {
    var lifecycle = new LifecycleBuilder().withNewPreStop();
    return cluster.sleepAction()
        ? lifecycle.withNewSleep((long) seconds).endPreStop().build()
        : lifecycle
            .withNewExec()
            .withCommand("sleep", Integer.toString(seconds))
            .endExec()
            .endPreStop()
            .build();
  }

  private static void probes(Container container, HealthRule health) {
    int period = seconds(health.interval());
    int tries = Math.max(1, Math.ceilDiv(seconds(health.startup()), period));
    container.setStartupProbe(probe(health.ready(), period, tries));
    container.setReadinessProbe(probe(health.ready(), period, FAILURES));
    if (health.live().isPresent()) {
      container.setLivenessProbe(probe(health.live(), period, FAILURES));
    }
  }

  private static Probe probe(Optional<String> path, int period, int failures) {
    var probe =
        new ProbeBuilder()
            .withPeriodSeconds(period)
            .withTimeoutSeconds(PROBE_SECONDS)
            .withFailureThreshold(failures);
    return path.isPresent()
        ? probe
            .withNewHttpGet()
            .withPath(path.get())
            .withPort(new IntOrString(PORT))
            .endHttpGet()
            .build()
        : probe.withNewTcpSocket().withPort(new IntOrString(PORT)).endTcpSocket().build();
  }

  private static SecurityContext restricted() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  /** The processor is not limited: throttling shows as latency, and requests share fairly. */
  private static ResourceRequirements resources(ProcessRuntime process) {
    var resources = new ResourceRequirements();
    process.cpuMillis().ifPresent(cpu -> resources.getRequests().put("cpu", cpu(cpu)));
    process
        .memoryBytes()
        .ifPresent(bytes -> {
          resources.getRequests().put("memory", memory(bytes));
          resources.getLimits().put("memory", memory(bytes));
        });
    return resources;
  }

  /** As the API server would write it, so that what is read back is what was applied. */
  static Quantity cpu(int millis) {
    return millis % 1000 == 0
        ? new Quantity(Integer.toString(millis / 1000))
        : new Quantity(Integer.toString(millis), "m");
  }

  static Quantity memory(long bytes) {
    List<String> units = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    int unit = 0;
    long amount = bytes;
    while (amount > 0 && amount % 1024 == 0 && unit < units.size() - 1) {
      amount /= 1024;
      unit++;
    }
    return new Quantity(Long.toString(amount), units.get(unit));
  }

  private static List<EnvVar> env(Release release, ProcessRuntime process) {
    Map<String, String> env = new TreeMap<>(release.env());
    process.port().ifPresent(port -> env.put("PORT", Integer.toString(port)));
    return Variables.of(env);
  }

  static Duration startup(ProcessRuntime process) {
    return process
        .port()
        .flatMap(_ -> process.health())
        .map(HealthRule::startup)
        .orElse(STARTUP_WITHOUT_PROBE);
  }

  /** Whole seconds, rounded up, and at least one: the finest that the cluster knows. */
  static int seconds(Duration duration) {
    return (int) Math.max(1, Math.ceilDiv(duration.toMillis(), 1000));
  }
}
