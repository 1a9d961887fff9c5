package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs releases' commands as Jobs. A Job is made once: its name comes from the command's id, and on
 * the release's record is written before that it is asked for, and afterwards that it was made. One
 * that was only asked for is asked for again: where it was made all the same, it has the name.
 */
final class Commands {
  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
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

  /** What a release's record says of a Job: that it is asked for, or made, and when. */
  private record Note(boolean made, Instant at) {
    static Note parse(String text) {
      String[] words = text.split(" ", 2);
      return new Note(words[0].equals("made"), Instant.parse(words[1]));
    }

    @Override
    public String toString() {
      return (made ? "made " : "asked ") + at;
    }

    boolean isOver(ReleaseCommand command, Instant now) {
      return !now.isBefore(at.plus(command.timeout()));
    }
  }

  /** What is known of a command whose Job cannot be asked for, or told of. */
  enum Fate {
    NEVER_BEGUN,
    MAY_RUN,
    UNKNOWN
  }

  CommandResult run(Rendered release, ReleaseCommand command, String id, Masker masker)
      throws ClusterException, InterruptedException {
    String name = Names.command(release.id(), id);
    Optional<Job> job = find(release.namespace(), name);
    if (job.isEmpty()) {
      Optional<StepResult> never = begin(release, command, name);
      if (never.isPresent()) {
        return new CommandResult(never.get(), List.of());
      }
    }
    noteMade(release, name);
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
    Optional<Note> before =
        record(release.namespace(), release.id()).flatMap(record -> noted(record, name));
    if (before.filter(n -> n.made() || n.isOver(command, clock.instant())).isPresent()) {
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
    note(release, name, Optional.of(new Note(false, clock.instant())));
    try {
      cluster.write(
          "make Job " + name,
          client ->
              client.batch().v1().jobs().inNamespace(release.namespace()).resource(job).create());
      return Optional.empty();
    } catch (ClusterException e) {
      return switch (e.kind()) {
        case REFUSED, FORBIDDEN, NOT_FOUND -> {
          note(release, name, Optional.empty());
          yield Optional.of(new StepResult.Refused(e.reason()));
        }
        // It may be there.
        case UNREACHABLE, UNAUTHORISED, THROTTLED, CONFLICT, SERVER -> throw e;
      };
    }
  }

  /** As its release's record says. */
  Fate fate(String namespace, ReleaseId release, ReleaseCommand command, String id) {
    try {
      Optional<ConfigMap> record = record(namespace, release);
      if (record.isEmpty()) {
        return Fate.UNKNOWN;
      }
      return noted(record.get(), Names.command(release, id))
          .map(note -> note.isOver(command, clock.instant()) ? Fate.UNKNOWN : Fate.MAY_RUN)
          .orElse(Fate.NEVER_BEGUN);
    } catch (ClusterException e) {
      return Fate.UNKNOWN;
    }
  }

  private Optional<ConfigMap> record(String namespace, ReleaseId release) throws ClusterException {
    String name = Names.record(release);
    return Optional.ofNullable(
        cluster.read(
            "read ConfigMap " + name,
            client -> client.configMaps().inNamespace(namespace).withName(name).get()));
  }

  private static Optional<Note> noted(ConfigMap record, String name) {
    return Optional.ofNullable(record.getMetadata().getAnnotations().get(BEGUN + name))
        .map(Note::parse);
  }

  /** Without it the Job would only be made again where it was deleted, and in its time. */
  private void noteMade(Rendered release, String name) {
    try {
      note(release, name, Optional.of(new Note(true, clock.instant())));
    } catch (ClusterException e) {
      LOG.atDebug().addKeyValue("job", name).setCause(e).log("Could not note that a Job was made");
    }
  }

  /** Writes it on the release's record; where it is empty, takes away what is there. */
  private void note(Rendered release, String name, Optional<Note> note) throws ClusterException {
    String record = Names.record(release.id());
    String value = note.map(n -> '"' + n.toString() + '"').orElse("null");
    cluster.write(
        "note on ConfigMap " + record + " whether Job " + name + " was begun",
        client ->
            client
                .configMaps()
                .inNamespace(release.namespace())
                .withName(record)
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"metadata\":{\"annotations\":{\"%s%s\":%s}}}"
                        .formatted(BEGUN, name, value)));
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
      Optional<StepResult> end = end(job.get(), masker);
      if (end.isPresent()) {
        return new CommandResult(end.get(), lines(release.namespace(), name, masker));
      }
      Optional<String> hopeless = hopeless(job.get()).map(masker::mask);
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

  private Optional<StepResult> end(Job job, Masker masker) throws ClusterException {
    if (!ended(job)) {
      return Optional.empty();
    }
    Instant started = Instant.parse(job.getStatus().getStartTime());
    Optional<JobCondition> failed = condition(job, "Failed");
    if (failed.isPresent() && "DeadlineExceeded".equals(failed.get().getReason())) {
      Instant ended = Instant.parse(failed.get().getLastTransitionTime());
      return Optional.of(
          switch (creation(job)) {
            case Finding.Broken(var cause, var _) -> new StepResult.Refused(masker.mask(cause));
            case Finding.Obstacle(var what) -> new StepResult.Refused(masker.mask(what));
            case Finding.Well _ -> new StepResult.TimedOut(started, ended);
          });
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
  private Optional<String> hopeless(Job job) throws ClusterException {
    Optional<Pod> pod = pod(job.getMetadata().getNamespace(), job.getMetadata().getName());
    Finding finding =
        pod.isEmpty()
            ? creation(job)
            : Diagnosis.of(List.of(pod.get()), List.of(), Map.of(), patience, clock.instant());
    return finding instanceof Finding.Broken(var cause, var witness)
        ? Optional.of(cause)
        : Optional.empty();
  }

  /** What keeps its pod from being made, if anything ever did and none was made since. */
  private Finding creation(Job job) {
    String name = job.getMetadata().getName();
    List<Event> events;
    try {
      events =
          cluster
              .read(
                  "read the events of Job " + name,
                  client ->
                      client
                          .v1()
                          .events()
                          .inNamespace(job.getMetadata().getNamespace())
                          .withField("involvedObject.uid", job.getMetadata().getUid())
                          .list())
              .getItems();
    } catch (ClusterException e) {
      // They only say more of what its time ends without them.
      events = List.of();
    }
    return Diagnosis.of(List.of(), List.of(job), Map.of(name, events), patience, clock.instant());
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
