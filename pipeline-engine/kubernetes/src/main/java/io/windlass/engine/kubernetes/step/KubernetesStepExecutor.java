package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.run.ExecutorException;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs each attempt of a step as a Job of a cluster. The Job is the memory: it says whether an
 * attempt was begun, cancelled or has ended and how, so that a server which was away finds all of
 * it again.
 *
 * <p>One server uses a namespace; several would take each other's attempts for their own.
 */
public final class KubernetesStepExecutor implements StepExecutor, AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final Duration STOPPING = Duration.ofMinutes(2);

  private final Cluster cluster;
  private final ExecutorSettings settings;
  private final InstantSource clock;
  private final StepJob jobs;
  private final PodStreams streams;
  private @Nullable StepWatch watch;

  /** Calls nothing before the first step. */
  public KubernetesStepExecutor(Cluster cluster, ExecutorSettings settings, InstantSource clock) {
    this.cluster = cluster;
    this.settings = settings;
    this.clock = clock;
    this.jobs = new StepJob(settings);
    this.streams = new PodStreams(cluster.client(), settings, Pace.USUAL);
  }

  @Override
  public StepResult run(StepTask task) throws ExecutorException, InterruptedException {
    Job job;
    try {
      Optional<String> refused = jobs.refusal(task);
      // One that was begun when more was allowed goes on.
      if (refused.isPresent() && read(task.id()).isEmpty()) {
        return new StepResult.Refused(refused.get());
      }
      job = claim(jobs.job(task));
    } catch (ClusterException e) {
      if (isOurs(e)) {
        throw new ExecutorException(e.reason(), e);
      }
      return new StepResult.Refused(e.reason());
    }
    try {
      Optional<StepResult> known = StepRecord.of(job);
      StepResult result = known.isPresent() ? known.get() : attend(task);
      StepLog.forget(task.logFile());
      PodStreams.forget(task);
      return result;
    } catch (ClusterException e) {
      // Whatever the cluster says now, the Job's pod may run.
      throw new ExecutorException(e.reason(), e);
    } catch (IOException e) {
      throw new ExecutorException(
          "Tried to run step \"" + task.id() + "\" but " + e.getMessage(), e);
    }
  }

  private StepResult attend(StepTask task)
      throws ClusterException, IOException, ExecutorException, InterruptedException {
    try (var attempt = new Attempt(this, task, StepLog.open(task))) {
      return attempt.run();
    }
  }

  /** Whether asking again may help, or a person at the server; else what is asked is wrong. */
  private static boolean isOurs(ClusterException e) {
    return switch (e.kind()) {
      case UNREACHABLE, UNAUTHORISED, FORBIDDEN, CONFLICT, THROTTLED, SERVER -> true;
      case NOT_FOUND, REFUSED -> false;
    };
  }

  @Override
  public void cancel(String id) throws ExecutorException {
    try {
      Job job = claim(jobs.cancelled(id, clock.instant().toString()));
      while (StepRecord.of(job).isEmpty()) {
        String when = clock.instant().toString();
        if (hasEnded(job)) {
          return;
        }
        if (changed(job, StepNames.CANCELLED, when, true)) {
          break;
        }
        Optional<Job> newer = read(id);
        if (newer.isEmpty()) {
          return; // deleted, and its pod with it
        }
        job = newer.get();
      }
      awaitGone(job);
    } catch (ClusterException e) {
      throw new ExecutorException(e.reason(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExecutorException(
          "Tried to cancel step \"" + id + "\" but the server is going down", e);
    }
  }

  private boolean hasEnded(Job job) throws ClusterException {
    return sight(job).stage(clock.instant()) instanceof StepStage.Ended;
  }

  /** What the cluster says of an attempt now; empty where it has no Job. */
  Optional<StepSight> look(String id) throws ClusterException {
    Optional<Job> job = read(id);
    return job.isEmpty() ? Optional.empty() : Optional.of(sight(job.get()));
  }

  private StepSight sight(Job job) throws ClusterException {
    return new StepSight(job, StepSight.newest(podsOf(job)), watch().events(job));
  }

  @Override
  public void forget(String id) throws ExecutorException {
    try {
      Optional<Job> job = read(id);
      if (job.flatMap(StepRecord::of).isPresent()) {
        cluster.write(
            "delete the Job of step \"" + id + "\"",
            client ->
                client
                    .batch()
                    .v1()
                    .jobs()
                    .inNamespace(settings.namespace())
                    .withName(StepNames.job(id))
                    .delete());
      }
    } catch (ClusterException e) {
      throw new ExecutorException(e.reason(), e);
    }
  }

  /**
   * Makes a Job, or finds the one that is there.
   *
   * @throws ClusterException of the kind {@code FORBIDDEN} where nobody knows whether it is there;
   *     where it may not be made and is not there, it is refused
   */
  private Job claim(Job wanted) throws ClusterException {
    String name = wanted.getMetadata().getName();
    try {
      return cluster.write(
          "create the Job \"" + name + "\"", client -> client.resource(wanted).create());
    } catch (ClusterException e) {
      return switch (e.kind()) {
        case CONFLICT ->
            cluster.read(
                "read the Job \"" + name + "\"", client -> client.resource(wanted).require());
        case FORBIDDEN ->
            Optional.ofNullable(
                    cluster.read(
                        "read the Job \"" + name + "\"", client -> client.resource(wanted).get()))
                .orElseThrow(() -> new ClusterException(ClusterException.Kind.REFUSED, e.reason()));
        case UNREACHABLE, UNAUTHORISED, NOT_FOUND, REFUSED, THROTTLED, SERVER -> throw e;
      };
    }
  }

  Optional<Job> read(String id) throws ClusterException {
    return Optional.ofNullable(
        cluster.read(
            "read the Job of step \"" + id + "\"",
            client ->
                client
                    .batch()
                    .v1()
                    .jobs()
                    .inNamespace(settings.namespace())
                    .withName(StepNames.job(id))
                    .get()));
  }

  /**
   * Writes down an end, and that nothing may run any more.
   *
   * @return false where the Job has changed or is gone; look again
   */
  boolean changed(Job job, String annotation, String value, boolean suspended)
      throws ClusterException {
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("resourceVersion", job.getMetadata().getResourceVersion());
    if (!annotation.isEmpty()) {
      metadata.put("annotations", Map.of(annotation, value));
    }
    Map<String, Object> patch = Map.of("metadata", metadata, "spec", Map.of("suspend", suspended));
    String name = job.getMetadata().getName();
    try {
      cluster.write(
          "change the Job \"" + name + "\"",
          client ->
              client
                  .batch()
                  .v1()
                  .jobs()
                  .inNamespace(settings.namespace())
                  .withName(name)
                  .patch(
                      PatchContext.of(PatchType.JSON_MERGE),
                      client.getKubernetesSerialization().asJson(patch)));
      return true;
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.CONFLICT
          || e.kind() == ClusterException.Kind.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** Returns when no pod of a Job is left. */
  void awaitGone(Job job) throws ClusterException, InterruptedException, ExecutorException {
    Instant until = clock.instant().plus(STOPPING);
    while (!podsOf(job).isEmpty()) {
      long seen = watch().changes();
      if (watch().pods(job).isEmpty() && podsOf(job).isEmpty()) {
        return;
      }
      if (clock.instant().isAfter(until)) {
        throw new ExecutorException(
            "Tried to stop the Job \"%s\" but its pod is still there after %s; look at its node"
                .formatted(job.getMetadata().getName(), STOPPING));
      }
      watch().await(seen, LOOK);
    }
  }

  private List<Pod> podsOf(Job job) throws ClusterException {
    return cluster.read(
        "read the pods of the Job \"" + job.getMetadata().getName() + "\"",
        client ->
            client
                .pods()
                .inNamespace(settings.namespace())
                .withLabel("job-name", job.getMetadata().getName())
                .list()
                .getItems());
  }

  /** What a container's probe was answered last; empty where that is not known any more. */
  Optional<String> lastProbe(String pod, String container) {
    try {
      return cluster
          .read(
              "read the events of the pod \"" + pod + "\"",
              client ->
                  client
                      .v1()
                      .events()
                      .inNamespace(settings.namespace())
                      .withField("involvedObject.name", pod)
                      .withField("reason", "Unhealthy")
                      .list())
          .getItems()
          .stream()
          .filter(event ->
              String.valueOf(event.getInvolvedObject().getFieldPath())
                  .endsWith("{" + container + "}"))
          .max(StepStage.BY_TIME)
          .map(Event::getMessage)
          .map(String::strip);
    } catch (ClusterException e) {
      return Optional.empty(); // it is an addition to what is known
    }
  }

  Cluster cluster() {
    return cluster;
  }

  ExecutorSettings settings() {
    return settings;
  }

  InstantSource clock() {
    return clock;
  }

  StepJob jobs() {
    return jobs;
  }

  PodStreams streams() {
    return streams;
  }

  synchronized StepWatch watch() throws ClusterException {
    if (watch != null && !watch.isRunning()) {
      watch.close();
      watch = null;
    }
    if (watch == null) {
      watch = StepWatch.start(cluster, settings.namespace());
    }
    return watch;
  }

  /** Stops watching; steps that run go on. The cluster's client stays open. */
  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
