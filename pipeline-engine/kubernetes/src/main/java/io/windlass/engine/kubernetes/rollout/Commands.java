package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.apply.Applier;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Claims;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.kubernetes.workload.Variables;
import io.windlass.engine.kubernetes.workload.Workloads;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.secret.Masker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs releases' commands as Jobs. A Job is made once: its name comes from the command's id, and
 * that it was begun is written on the release's record before.
 */
final class Commands {
  private static final int LINES = 40;
  private static final long LOOK_SECONDS = 3;

  /** Longer than any server is away that wants to know how a command ended. */
  private static final int KEPT_SECONDS = (int) Duration.ofDays(7).toSeconds();

  private static final String BEGUN = "command.windlass.io/";
  private static final String OF_JOB = "batch.kubernetes.io/job-name";

  private final Cluster cluster;
  private final Patience patience;
  private final InstantSource clock;

  Commands(Cluster cluster, Patience patience, InstantSource clock) {
    this.cluster = cluster;
    this.patience = patience;
    this.clock = clock;
  }

  CommandResult run(Rendered release, ReleaseCommand command, String id, Masker masker)
      throws ClusterException, InterruptedException {
    String name = Names.command(release.id(), id);
    if (find(release.namespace(), name).isEmpty()) {
      Optional<StepResult> never = begin(release, command, name);
      if (never.isPresent()) {
        return new CommandResult(never.get(), List.of());
      }
    }
    return await(release, name, masker);
  }

  private Optional<Job> find(String namespace, String name) throws ClusterException {
    return Optional.ofNullable(
        cluster.read(
            "read Job " + name,
            client -> client.batch().v1().jobs().inNamespace(namespace).withName(name).get()));
  }

  /** Makes the Job; else says why there is none. */
  private Optional<StepResult> begin(Rendered release, ReleaseCommand command, String name)
      throws ClusterException {
    String record = Names.record(release.id());
    ConfigMap kept =
        cluster.read(
            "read ConfigMap " + record,
            client -> client.configMaps().inNamespace(release.namespace()).withName(record).get());
    Map<String, String> annotations = kept == null ? Map.of() : kept.getMetadata().getAnnotations();
    if (annotations.containsKey(BEGUN + name)) {
      // Nobody knows how that ended.
      return Optional.of(new StepResult.Lost("it was begun and Job \"" + name + "\" is gone"));
    }
    Applier applier = new Applier(cluster, release.id().environment(), release.namespace());
    for (HasMetadata object : release.objects()) {
      if (object instanceof ServiceAccount account) {
        applier.apply(account);
      }
    }
    Job job = job(release, command, name);
    note(release, name, "\"" + clock.instant() + "\"");
    try {
      cluster.write(
          "make Job " + name,
          client ->
              client.batch().v1().jobs().inNamespace(release.namespace()).resource(job).create());
      return Optional.empty();
    } catch (ClusterException e) {
      return switch (e.kind()) {
        case REFUSED, FORBIDDEN, NOT_FOUND -> {
          note(release, name, "null");
          yield Optional.of(new StepResult.Refused(e.reason()));
        }
        case UNAUTHORISED, THROTTLED -> {
          note(release, name, "null");
          throw e;
        }
        // It may be there.
        case UNREACHABLE, CONFLICT, SERVER -> throw e;
      };
    }
  }

  /**
   * Whether the command was begun and its time is not over yet, as its release's record says; false
   * where that cannot be read.
   */
  boolean mayRun(String namespace, ReleaseId release, ReleaseCommand command, String id) {
    String record = Names.record(release);
    try {
      ConfigMap kept =
          cluster.read(
              "read ConfigMap " + record,
              client -> client.configMaps().inNamespace(namespace).withName(record).get());
      String begun =
          kept == null
              ? null
              : kept.getMetadata().getAnnotations().get(BEGUN + Names.command(release, id));
      return begun != null
          && clock.instant().isBefore(Instant.parse(begun).plus(command.timeout()));
    } catch (ClusterException e) {
      return false;
    }
  }

  /**
   * Writes on the release's record when the Job was begun.
   *
   * @param at as JSON; {@code null} where it was not
   */
  private void note(Rendered release, String name, String at) throws ClusterException {
    String record = Names.record(release.id());
    cluster.write(
        "note on ConfigMap " + record + " whether Job " + name + " was begun",
        client ->
            client
                .configMaps()
                .inNamespace(release.namespace())
                .withName(record)
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"metadata\":{\"annotations\":{\"%s%s\":%s}}}".formatted(BEGUN, name, at)));
  }

  /**
   * As a replica of the first process by name, but for what it runs, what asks it how it is,
   * volumes that are a replica's own, and what stands beside it and would not end.
   */
  private static Job job(Rendered release, ReleaseCommand command, String name) {
    String process = release.processes().first();
    PodTemplateSpec replica = Workloads.template(release.workload(process, Slot.BLUE));
    ProcessRuntime runtime =
        Objects.requireNonNull(release.release().runtime().processes().get(process));
    PodSpec pod = Claims.withoutOwn(replica.getSpec(), runtime);
    Container runs =
        new ContainerBuilder(own(release, process, pod))
            .withCommand("/bin/sh", "-c", Variables.verbatim(command.run()))
            .withArgs()
            .withPorts()
            .withLifecycle(null)
            .withStartupProbe(null)
            .withReadinessProbe(null)
            .withLivenessProbe(null)
            .build();
    PodTemplateSpec template =
        replica
            .edit()
            .editMetadata()
            .withLabels(Labels.release(release.id()))
            .endMetadata()
            .withNewSpecLike(pod)
            .withRestartPolicy("Never")
            .withTopologySpreadConstraints()
            .withContainers(runs)
            .endSpec()
            .build();
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(release.namespace())
        .withLabels(Labels.release(release.id()))
        .addToAnnotations(Labels.ENVIRONMENT, release.id().environment().toString())
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        .withTtlSecondsAfterFinished(KEPT_SECONDS)
        .withActiveDeadlineSeconds(Math.max(1, command.timeout().toSeconds()))
        .withTemplate(template)
        .endSpec()
        .build();
  }

  private static Container own(Rendered release, String process, PodSpec replica) {
    ImageRef image = Objects.requireNonNull(release.release().images().get(process));
    return replica.getContainers().stream()
        .filter(container -> image.reference().equals(container.getImage()))
        .findFirst()
        .orElseThrow();
  }

  private CommandResult await(Rendered release, String name, Masker masker)
      throws ClusterException, InterruptedException {
    while (true) {
      Optional<Job> job = find(release.namespace(), name);
      if (job.isEmpty()) {
        return new CommandResult(
            new StepResult.Lost("Job \"" + name + "\" was deleted"), List.of());
      }
      Optional<StepResult> end = end(job.get());
      if (end.isPresent()) {
        return new CommandResult(end.get(), lines(release.namespace(), name, masker));
      }
      Optional<String> hopeless = hopeless(release, name).map(masker::mask);
      if (hopeless.isPresent()) {
        // Nobody waits for it any more: it must not run once its obstacle is gone.
        delete(job.get());
        return new CommandResult(new StepResult.Refused(hopeless.get()), List.of());
      }
      cluster.read(
          "wait for Job " + name,
          client ->
              client
                  .batch()
                  .v1()
                  .jobs()
                  .inNamespace(release.namespace())
                  .withName(name)
                  .informOnCondition(found -> found.stream().allMatch(Commands::ended))
                  .completeOnTimeout(List.of(), LOOK_SECONDS, TimeUnit.SECONDS)
                  .join());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private static boolean ended(Job job) {
    return condition(job, "Complete").isPresent() || condition(job, "Failed").isPresent();
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return job.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals(type) && c.getStatus().equals("True"))
        .findFirst();
  }

  private Optional<StepResult> end(Job job) throws ClusterException {
    if (!ended(job)) {
      return Optional.empty();
    }
    Instant started = Instant.parse(job.getStatus().getStartTime());
    Optional<JobCondition> failed = condition(job, "Failed");
    if (failed.isPresent() && "DeadlineExceeded".equals(failed.get().getReason())) {
      return Optional.of(
          new StepResult.TimedOut(started, Instant.parse(failed.get().getLastTransitionTime())));
    }
    if (failed.isEmpty()) {
      Instant ended = Instant.parse(job.getStatus().getCompletionTime());
      return Optional.of(new StepResult.Exited(0, started, ended));
    }
    return Optional.of(
        pod(job.getMetadata().getNamespace(), job.getMetadata().getName())
            .flatMap(Commands::terminated)
            .<StepResult>map(t ->
                new StepResult.Exited(t.getExitCode(), started, Instant.parse(t.getFinishedAt())))
            .orElseGet(() -> new StepResult.Lost("its pod is gone: " + failed.get().getMessage())));
  }

  private Optional<Pod> pod(String namespace, String job) throws ClusterException {
    return cluster
        .read(
            "list the pods of Job " + job,
            client -> client.pods().inNamespace(namespace).withLabel(OF_JOB, job).list())
        .getItems()
        .stream()
        .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .map(c -> c.getState().getTerminated())
        .flatMap(Stream::ofNullable)
        .findFirst();
  }

  /** Why it will never begin. */
  private Optional<String> hopeless(Rendered release, String name) throws ClusterException {
    Optional<Pod> pod = pod(release.namespace(), name);
    if (pod.isEmpty()) {
      return Optional.empty();
    }
    Finding finding =
        Diagnosis.of(List.of(pod.get()), List.of(), Map.of(), patience, clock.instant());
    return finding instanceof Finding.Broken(var cause, var witness)
        ? Optional.of(cause)
        : Optional.empty();
  }

  private List<String> lines(String namespace, String job, Masker masker) throws ClusterException {
    Optional<Pod> pod = pod(namespace, job);
    if (pod.isEmpty()) {
      return List.of();
    }
    try {
      String log =
          cluster.read(
              "read the log of Job " + job,
              client ->
                  client
                      .pods()
                      .inNamespace(namespace)
                      .withName(pod.get().getMetadata().getName())
                      .tailingLines(LINES)
                      .getLog());
      return masker.mask(log).lines().toList();
    } catch (ClusterException e) {
      // How it ended is known all the same.
      return List.of();
    }
  }

  private void delete(Job job) throws ClusterException {
    cluster.write(
        "delete Job " + job.getMetadata().getName(),
        client ->
            client.resource(job).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete());
  }

  /** Whether the command has begun, as far as its pod tells. */
  private boolean started(Job job) throws ClusterException {
    return pod(job.getMetadata().getNamespace(), job.getMetadata().getName()).stream()
        .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
        .anyMatch(c -> c.getState().getRunning() != null || c.getState().getTerminated() != null);
  }

  /**
   * Takes away what ran for a release, and what never began. What still runs is not stopped in its
   * middle: its time ends it, and the cluster takes it away.
   */
  void forget(String namespace, ReleaseId release) throws ClusterException {
    List<Job> jobs =
        cluster
            .read(
                "list the Jobs of " + release,
                client ->
                    client
                        .batch()
                        .v1()
                        .jobs()
                        .inNamespace(namespace)
                        .withLabels(Labels.release(release))
                        .list())
            .getItems();
    for (Job job : jobs) {
      if (ended(job) || !started(job)) {
        delete(job);
      }
    }
  }
}
