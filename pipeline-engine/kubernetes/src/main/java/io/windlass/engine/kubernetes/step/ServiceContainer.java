package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.windlass.engine.pipeline.ServiceSpec;
import io.windlass.engine.run.StepService;
import java.util.List;
import java.util.Optional;

/**
 * A service of a step as a sidecar of its pod: the containers after it begin when its startup probe
 * has succeeded, and it ends with the pod.
 */
final class ServiceContainer {
  private static final String PREFIX = "service-";
  private static final int ASKED_EVERY_SECONDS = 1;
  private static final int ANSWER_SECONDS = 3;

  private ServiceContainer() {}

  /** The service that a container is, if it is one. */
  static Optional<String> service(String container) {
    return container.startsWith(PREFIX)
        ? Optional.of(container.substring(PREFIX.length()))
        : Optional.empty();
  }

  static Container of(StepService service, List<EnvVar> variables, ResourceRequirements resources) {
    ServiceSpec spec = service.spec();
    var container =
        new ContainerBuilder()
            .withName(PREFIX + spec.name())
            .withImage(spec.image())
            .withRestartPolicy("Always")
            .withEnv(variables)
            .withResources(resources)
            .withStartupProbe(probe(spec))
            .addNewPort()
            .withContainerPort(spec.port())
            .endPort()
            .withNewSecurityContext()
            .withRunAsUser(spec.user().map(Integer::longValue).orElse(null))
            .withAllowPrivilegeEscalation(false)
            .withNewCapabilities()
            .withDrop("ALL")
            .endCapabilities()
            .endSecurityContext();
    spec.run()
        .ifPresent(run -> container.withCommand("/bin/sh", "-e", "-c", StepJob.literally(run)));
    return container.build();
  }

  /** What a probe of {@link #probe} has waited for in vain. */
  static String unanswered(Probe probe) {
    if (probe.getTcpSocket() != null) {
      return "its port %s was not open".formatted(probe.getTcpSocket().getPort().getIntVal());
    }
    return probe.getHttpGet() != null
        ? "\"%s\" at its port %s was not answered with 2xx or 3xx"
            .formatted(probe.getHttpGet().getPath(), probe.getHttpGet().getPort().getIntVal())
        : "its \"ready.run\" did not end with 0";
  }

  private static Probe probe(ServiceSpec spec) {
    var probe =
        new ProbeBuilder()
            .withPeriodSeconds(ASKED_EVERY_SECONDS)
            .withTimeoutSeconds(ANSWER_SECONDS)
            .withFailureThreshold((int) spec.ready().within().toSeconds());
    return switch (spec.ready().look()) {
      case ServiceSpec.Look.Port() ->
          probe.withNewTcpSocket().withPort(new IntOrString(spec.port())).endTcpSocket().build();
      case ServiceSpec.Look.Path(var path) ->
          probe
              .withNewHttpGet()
              .withPath(path)
              .withPort(new IntOrString(spec.port()))
              .endHttpGet()
              .build();
      case ServiceSpec.Look.Run(var text) ->
          probe
              .withNewExec()
              .withCommand("/bin/sh", "-e", "-c", StepJob.literally(text))
              .endExec()
              .build();
    };
  }
}
