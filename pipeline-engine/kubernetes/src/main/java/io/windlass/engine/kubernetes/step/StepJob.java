package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.HostAliasBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.windlass.engine.kubernetes.step.ExecutorSettings.Amounts;
import io.windlass.engine.pipeline.Resources;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepService;
import io.windlass.engine.run.StepTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An attempt as a Job: a pure function of the task and the operator's settings.
 *
 * <p>The pod has three containers. {@code receive} runs first and waits until the workspace has
 * been streamed into it. {@code step} then runs the command. {@code keep} stays beside it so that
 * the files can be streamed out when the command has ended, however it ended. The step's services
 * are sidecars, which begin before all of them.
 */
record StepJob(ExecutorSettings settings) {
  /** Long enough that a server which was away for days still finds an end that was written down. */
  private static final Duration KEPT = Duration.ofDays(7);

  /** What goes by before and after the command: pulling images, moving the workspace. */
  private static final Duration AROUND = Duration.ofMinutes(30);

  /**
   * At least so long the files of a step that has ended are kept for a server which is away; what
   * is late while a server is there, that server ends.
   */
  private static final Duration TAKING_BACK = Duration.ofDays(1);

  /**
   * How often an attempt may wait so long: for a node, for its helper, for its workspace, for its
   * own image.
   */
  private static final int WAITS = 4;

  private static final long CONTROL_BYTES = 2 * WorkspaceBounds.INDEX_BYTES;
  private static final long GRACE_SECONDS = 5;
  private static final long UNREACHABLE_SECONDS = 60;

  /** Waits in the background, since a shell in the foreground would not hear that it is stopped. */
  private static final String RECEIVE =
      "trap 'exit 143' TERM; mkdir -p %2$s/home %2$s/tmp && mkfifo %1$s/begin || exit 1; "
              .formatted(StepNames.CONTROL, StepNames.SCRATCH)
          + "cat %s/begin >/dev/null & wait $!".formatted(StepNames.CONTROL);

  private static final String KEEP = "trap 'exit 0' TERM; tail -f /dev/null & wait $!";

  /** The Job, suspended: nothing of it runs before its Secret is there and it is resumed. */
  Job job(StepTask task) {
    List<StepService> services = task.container().services();
    Duration longest =
        services.stream()
            .map(service -> service.spec().ready().within())
            .reduce(task.limits().timeout(), Duration::plus)
            .plus(settings.patience().multipliedBy(WAITS + services.size()))
            .plus(AROUND)
            .plus(
                Collections.max(
                    List.of(task.limits().timeout(), settings.patience(), TAKING_BACK)));
    return frame(task.id())
        .editSpec()
        .withSuspend(true)
        .withActiveDeadlineSeconds(longest.toSeconds())
        .editTemplate()
        .withSpec(pod(task))
        .endTemplate()
        .endSpec()
        .build();
  }

  /** What stands for an attempt that was cancelled before it began; it never runs. */
  Job cancelled(String attempt, String when) {
    return frame(attempt)
        .editMetadata()
        .addToAnnotations(StepNames.CANCELLED, when)
        .endMetadata()
        .editSpec()
        .withSuspend(true)
        .editTemplate()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withAutomountServiceAccountToken(false)
        .addNewContainer()
        .withName(StepNames.STEP)
        .withImage(settings.image())
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** Why a task asks for more than the operator allows, if it does. */
  Optional<String> refusal(StepTask task) {
    Amounts asked =
        task.container().services().stream()
            .map(service -> amounts(service.spec().resources()))
            .reduce(amounts(task.limits()), Amounts::plus);
    Amounts most = settings.most();
    String who = task.container().services().isEmpty() ? "it asks" : "it and its services ask";
    if (asked.cpuMillis() > most.cpuMillis()) {
      return Optional.of(
          "%s for %dm of CPU but the operator allows %dm; lower \"resources\""
              .formatted(who, asked.cpuMillis(), most.cpuMillis()));
    }
    return asked.memoryBytes() > most.memoryBytes()
        ? Optional.of(
            "%s for %d MiB of memory but the operator allows %d MiB; lower \"resources\""
                .formatted(who, asked.memoryBytes() >> 20, most.memoryBytes() >> 20))
        : Optional.empty();
  }

  private JobBuilder frame(String attempt) {
    Map<String, String> labels =
        Map.of(StepNames.MANAGED_BY, "windlass", StepNames.ROLE, StepNames.STEP);
    return new JobBuilder()
        .withNewMetadata()
        .withName(StepNames.job(attempt))
        .withNamespace(settings.namespace())
        .withLabels(labels)
        .addToAnnotations(StepNames.ATTEMPT, attempt)
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        // Else a pod that is deleted is made anew while it still ends, and does not count as a
        // failure.
        .withPodReplacementPolicy("Failed")
        .withTtlSecondsAfterFinished((int) KEPT.toSeconds())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .endMetadata()
        .endTemplate()
        .endSpec();
  }

  /** The values of the task's secrets; goes away with the Job. */
  Secret secret(StepTask task, Job job) {
    Map<String, String> values = new LinkedHashMap<>();
    task.secrets().forEach((name, value) -> values.put(name, value.reveal()));
    task.container()
        .services()
        .forEach(service ->
            service.secrets().forEach((name, value) -> values.put(name, value.reveal())));
    return new SecretBuilder()
        .withNewMetadata()
        .withName(job.getMetadata().getName())
        .withNamespace(settings.namespace())
        .withLabels(job.getMetadata().getLabels())
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build())
        .endMetadata()
        .withImmutable(true)
        .withStringData(values)
        .build();
  }

  private PodSpec pod(StepTask task) {
    String image = task.container().image().orElse(settings.image());
    List<Toleration> tolerations = new ArrayList<>(settings.tolerations());
    for (String taint : List.of("not-ready", "unreachable")) {
      tolerations.add(
          new TolerationBuilder()
              .withKey("node.kubernetes.io/" + taint)
              .withOperator("Exists")
              .withEffect("NoExecute")
              .withTolerationSeconds(UNREACHABLE_SECONDS)
              .build());
    }
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withAutomountServiceAccountToken(false)
        .withServiceAccountName(settings.serviceAccount().orElse(null))
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(GRACE_SECONDS)
        .withNodeSelector(settings.nodes())
        .withTolerations(tolerations)
        .withImagePullSecrets(
            settings.pullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(settings.user())
        .withRunAsGroup(settings.user())
        .withFsGroup(settings.user())
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withVolumes(volumes(task))
        .withHostAliases(names(task))
        .withInitContainers(services(task))
        .addToInitContainers(helper(StepNames.RECEIVE, RECEIVE, image, task))
        .withContainers(step(task, image), helper(StepNames.KEEP, KEEP, image, task))
        .build();
  }

  private Container step(StepTask task, String image) {
    return new ContainerBuilder()
        .withName(StepNames.STEP)
        .withImage(image)
        .withCommand(command(task))
        .withWorkingDir(StepNames.WORKSPACE)
        .withEnv(variables(task))
        .withResources(resources(amounts(task.limits())))
        .withSecurityContext(restricted())
        .withVolumeMounts(mounts(task, true))
        .build();
  }

  private List<Container> services(StepTask task) {
    return task.container().services().stream()
        .map(service ->
            ServiceContainer.of(
                service,
                variables(task, service.spec().env(), service.secrets().keySet()),
                resources(amounts(service.spec().resources()))))
        .toList();
  }

  /** The names under which the step finds its services, beside localhost. */
  private static List<HostAlias> names(StepTask task) {
    List<String> names =
        task.container().services().stream().map(service -> service.spec().name()).toList();
    return names.isEmpty()
        ? List.of()
        : List.of(new HostAliasBuilder().withIp("127.0.0.1").withHostnames(names).build());
  }

  /** The command with one output: two would come in the order in which the node reads them. */
  private static List<String> command(StepTask task) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1"));
    command.addAll(task.command());
    return command.stream().map(StepJob::literally).toList();
  }

  private Container helper(String name, String script, String image, StepTask task) {
    List<VolumeMount> mounts = new ArrayList<>(mounts(task, false));
    mounts.add(mount("control", StepNames.CONTROL, false));
    return new ContainerBuilder()
        .withName(name)
        .withImage(settings.helper().orElse(image))
        .withCommand("/bin/sh", "-c", literally(script))
        .withNewResources()
        .withRequests(quantities(new Amounts(50, 64L << 20)))
        .withLimits(quantities(new Amounts(1000, 256L << 20)))
        .endResources()
        .withSecurityContext(restricted())
        .withVolumeMounts(mounts)
        .build();
  }

  private static List<EnvVar> variables(StepTask task) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("HOME", StepNames.SCRATCH + "/home");
    variables.put("TMPDIR", StepNames.SCRATCH + "/tmp");
    // The workspace's folder is the volume's, and so belongs to root: Git asks to be told that this
    // is meant.
    variables.put("GIT_CONFIG_COUNT", "1");
    variables.put("GIT_CONFIG_KEY_0", "safe.directory");
    variables.put("GIT_CONFIG_VALUE_0", "*");
    variables.putAll(task.env());
    return variables(task, variables, task.secrets().keySet());
  }

  /** Plain variables, and those of the task's Secret that a container is to see. */
  private static List<EnvVar> variables(
      StepTask task, Map<String, String> plain, Set<String> secrets) {
    Stream<EnvVar> secret =
        secrets.stream()
            .filter(name -> !plain.containsKey(name))
            .sorted()
            .map(name ->
                new EnvVarBuilder()
                    .withName(name)
                    .withNewValueFrom()
                    .withNewSecretKeyRef(name, StepNames.job(task.id()), null)
                    .endValueFrom()
                    .build());
    return Stream.concat(
            plain.entrySet().stream()
                .map(variable ->
                    new EnvVarBuilder()
                        .withName(variable.getKey())
                        .withValue(literally(variable.getValue()))
                        .build()),
            secret)
        .toList();
  }

  /** Text in which the kubelet finds no reference to a variable. */
  static String literally(String text) {
    return text.replace("$", "$$");
  }

  private List<Volume> volumes(StepTask task) {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(volume("workspace", settings.workspaceBytes()));
    volumes.add(volume("scratch", settings.workspaceBytes()));
    volumes.add(volume("control", CONTROL_BYTES));
    for (int i = 0; i < task.readOnly().size(); i++) {
      volumes.add(volume("read-only-" + i, settings.workspaceBytes()));
    }
    return volumes;
  }

  private static Volume volume(String name, long bytes) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withSizeLimit(new Quantity(Long.toString(bytes)))
        .endEmptyDir()
        .build();
  }

  private static List<VolumeMount> mounts(StepTask task, boolean protect) {
    Stream<VolumeMount> own =
        Stream.of(
            mount("workspace", StepNames.WORKSPACE, false),
            mount("scratch", StepNames.SCRATCH, false));
    List<Path> readOnly = task.readOnly();
    Stream<VolumeMount> read =
        Stream.iterate(0, i -> i < readOnly.size(), i -> i + 1)
            .map(i -> mount("read-only-" + i, readOnly.get(i).toString(), protect));
    return Stream.concat(own, read).toList();
  }

  private static VolumeMount mount(String volume, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(volume)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }

  /** What is asked for, and the usual in place of 0. */
  private Amounts amounts(StepLimits limits) {
    return new Amounts(
        limits.cpuMillis() > 0 ? limits.cpuMillis() : settings.usual().cpuMillis(),
        limits.memoryBytes() > 0 ? limits.memoryBytes() : settings.usual().memoryBytes());
  }

  private Amounts amounts(Resources asked) {
    return new Amounts(
        asked.cpuMillis().orElse(settings.usual().cpuMillis()),
        asked.memoryBytes().orElse(settings.usual().memoryBytes()));
  }

  private static ResourceRequirements resources(Amounts amounts) {
    Map<String, Quantity> quantities = quantities(amounts);
    return new ResourceRequirementsBuilder()
        .withRequests(quantities)
        .withLimits(quantities)
        .build();
  }

  private static Map<String, Quantity> quantities(Amounts amounts) {
    return Map.of(
        "cpu",
        new Quantity(amounts.cpuMillis() + "m"),
        "memory",
        new Quantity(Long.toString(amounts.memoryBytes())));
  }

  private static SecurityContext restricted() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }
}
