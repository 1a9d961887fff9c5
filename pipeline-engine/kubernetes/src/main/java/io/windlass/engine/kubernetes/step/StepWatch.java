package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the cluster says of all steps' Jobs in one namespace: three watches, whatever the number of
 * steps. Thread-safe.
 */
final class StepWatch implements AutoCloseable {
  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Event> events;
  private final String namespace;
  private long changes;

  private StepWatch(
      String namespace,
      SharedIndexInformer<Job> jobs,
      SharedIndexInformer<Pod> pods,
      SharedIndexInformer<Event> events) {
    this.namespace = namespace;
    this.jobs = jobs;
    this.pods = pods;
    this.events = events;
  }

  /** Begins to watch; returns when it knows what is there. */
  static StepWatch start(Cluster cluster, String namespace) throws ClusterException {
    var client = cluster.client();
    var watch =
        new StepWatch(
            namespace,
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(StepNames.ROLE, StepNames.STEP)
                .runnableInformer(0),
            client
                .pods()
                .inNamespace(namespace)
                .withLabel(StepNames.ROLE, StepNames.STEP)
                .runnableInformer(0),
            client
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.kind", "Job")
                .runnableInformer(0));
    watch
        .informers()
        // What cannot be listed at first is told to who asks; later all but a close is passed over.
        .forEach(informer -> informer.exceptionHandler((started, failure) -> started));
    watch.jobs.addEventHandler(watch.new Handler<>());
    watch.pods.addEventHandler(watch.new Handler<>());
    watch.events.addEventHandler(watch.new Handler<>());
    try {
      cluster.read(
          "watch the Jobs of steps in \"" + namespace + "\"",
          same -> {
            watch.jobs.run();
            watch.pods.run();
            watch.events.run();
            return watch;
          });
    } catch (ClusterException e) {
      watch.close();
      throw e;
    }
    return watch;
  }

  private Stream<SharedIndexInformer<?>> informers() {
    return Stream.of(jobs, pods, events);
  }

  /** Whether it still hears of changes, or will again; else another one is to be started. */
  boolean isRunning() {
    return informers().allMatch(SharedIndexInformer::isRunning);
  }

  /** A number that grows with each change. */
  synchronized long changes() {
    return changes;
  }

  /** Waits for a change after the one of this number, at most so long. */
  synchronized void await(long seen, Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    for (long left = atMost.toMillis(); changes == seen && left > 0; ) {
      wait(left);
      left = (until - System.nanoTime()) / 1_000_000;
    }
  }

  /** What was heard of a Job; empty where nothing was. */
  Optional<StepSight> sight(String name) {
    return Optional.ofNullable(jobs.getStore().getByKey(namespace + "/" + name))
        .map(job -> new StepSight(job, StepSight.newest(pods(job)), events(job)));
  }

  List<Pod> pods(Job job) {
    return pods.getStore().list().stream()
        .filter(pod ->
            pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(job.getMetadata().getUid())))
        .toList();
  }

  List<Event> events(Job job) {
    return events.getStore().list().stream()
        .filter(event -> job.getMetadata().getUid().equals(event.getInvolvedObject().getUid()))
        .toList();
  }

  @Override
  public void close() {
    informers().forEach(SharedIndexInformer::close);
  }

  private final class Handler<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T made) {
      changed();
    }

    @Override
    public void onUpdate(T before, T now) {
      changed();
    }

    @Override
    public void onDelete(T last, boolean unknown) {
      changed();
    }

    private void changed() {
      synchronized (StepWatch.this) {
        changes++;
        StepWatch.this.notifyAll();
      }
    }
  }
}
