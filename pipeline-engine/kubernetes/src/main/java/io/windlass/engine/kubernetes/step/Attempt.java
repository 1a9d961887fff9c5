package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.step.WorkspaceArchive.OversizedException;
import io.windlass.engine.run.ExecutorException;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import io.windlass.scaler.syntax.Units;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One attempt while a server attends to it: look at how far it is, do what is due, wait for a
 * change. All that must outlive the server is in the attempt's Job and pod.
 */
final class Attempt implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final Duration STOPPING = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int TRIES = 3;

  private final KubernetesStepExecutor executor;
  private final StepTask task;
  private final StepLog log;
  private final AtomicBoolean ended = new AtomicBoolean();
  private Optional<Thread> follower = Optional.empty();
  private boolean sent;
  private int unsent;

  /** How it ended, once all that there is of it is here. */
  private Optional<StepResult> result = Optional.empty();

  private String said = "";

  Attempt(KubernetesStepExecutor executor, StepTask task, StepLog log) {
    this.executor = executor;
    this.task = task;
    this.log = log;
  }

  StepResult run() throws ClusterException, IOException, ExecutorException, InterruptedException {
    while (true) {
      StepWatch watch = executor.watch();
      long seen = watch.changes();
      Instant now = executor.clock().instant();
      Optional<StepSight> sight = watch.sight(StepNames.job(task.id()));
      if (sight.isEmpty() || isOver(sight.get().stage(now), now)) {
        // Watches may be behind, and each of them for itself: what ends an attempt is asked for.
        sight = executor.look(task.id());
      }
      if (sight.isEmpty()) {
        return result.orElseGet(() -> new StepResult.Lost("its Job was deleted"));
      }
      Job job = sight.get().job();
      Optional<StepResult> known = StepRecord.of(job);
      if (known.isPresent()) {
        return known.get();
      }
      if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
        Optional<StepResult> refused = begin(job);
        if (refused.isPresent() && settled(job, refused.get())) {
          return refused.get();
        }
        watch.await(seen, LOOK);
        continue;
      }
      Optional<StepResult> end = step(job, sight.get().stage(now), now);
      if (end.isPresent() && settled(job, end.get())) {
        return end.get();
      }
      watch.await(seen, end.isPresent() ? PAUSE : rest(sight.get().stage(now), now));
    }
  }

  /** Whether nothing more is to come at a stage. */
  private boolean isOver(StepStage stage, Instant now) {
    return switch (stage) {
      case StepStage.Waiting(var _, var since) -> isOutOfPatience(since, now);
      case StepStage.Receiving _ -> false;
      case StepStage.Running(var _, var since) -> isOutOfTime(since, now);
      case StepStage.Ended _,
          StepStage.OverLimit _,
          StepStage.Late _,
          StepStage.Lost _,
          StepStage.Unserved _,
          StepStage.Refused _ ->
          true;
    };
  }

  private boolean isOutOfPatience(Instant since, Instant now) {
    return !now.isBefore(since.plus(executor.settings().patience()));
  }

  private boolean isOutOfTime(Instant since, Instant now) {
    return !now.isBefore(since.plus(task.limits().timeout()));
  }

  /** Gives the Job its secrets and lets it run, unless the cluster does not take that. */
  private Optional<StepResult> begin(Job job) throws ClusterException {
    try {
      release(job);
      return Optional.empty();
    } catch (ClusterException e) {
      if (e.kind() == ClusterException.Kind.REFUSED) {
        return Optional.of(new StepResult.Refused(e.reason()));
      }
      throw e;
    }
  }

  private void release(Job job) throws ClusterException {
    if (!task.masked().isEmpty()) {
      try {
        executor
            .cluster()
            .write(
                "create the Secret of the Job \"" + job.getMetadata().getName() + "\"",
                client -> client.resource(executor.jobs().secret(task, job)).create());
      } catch (ClusterException e) {
        if (e.kind() != ClusterException.Kind.CONFLICT) {
          throw e;
        }
      }
    }
    executor.changed(job, "", "", false);
  }

  /** Does what is due at a stage; an end is still to be written down. */
  private Optional<StepResult> step(Job job, StepStage stage, Instant now)
      throws ExecutorException, InterruptedException, IOException {
    return switch (stage) {
      case StepStage.Waiting(var words, var since) -> await(words, since, now);
      case StepStage.Receiving(var pod) -> send(pod, now);
      case StepStage.Running(var pod, var since) -> {
        follow(pod);
        yield isOutOfTime(since, now)
            ? Optional.of(new StepResult.TimedOut(since, now))
            : Optional.empty();
      }
      case StepStage.Ended at -> {
        follow(at.pod());
        if (result.isEmpty()) {
          awaitLastLines(at.pod());
          for (FailedService service : at.services()) {
            tell(at.pod(), service);
          }
          result = Optional.of(end(at));
        }
        yield result;
      }
      case StepStage.OverLimit(var limit) ->
          Optional.of(new StepResult.OverLimit(limit, StepStage.started(job), now));
      case StepStage.Late late -> Optional.of(new StepResult.TimedOut(StepStage.started(job), now));
      case StepStage.Lost(var reason) -> Optional.of(new StepResult.Lost(reason));
      case StepStage.Unserved(var pod, var service) -> {
        if (result.isEmpty()) {
          tell(pod, service);
          result = Optional.of(new StepResult.Refused(service.words()));
        }
        yield result;
      }
      case StepStage.Refused(var reason) -> Optional.of(new StepResult.Refused(reason));
    };
  }

  /** Writes down how a service ended, and its last lines. */
  private void tell(String pod, FailedService service) throws IOException, InterruptedException {
    log.say(service.words());
    for (String line :
        executor.streams().lastLines(pod, service.container(), service.again(), SILENCE)) {
      log.line(service.name() + ": " + line);
    }
  }

  private Optional<StepResult> await(String words, Instant since, Instant now) throws IOException {
    if (!words.isEmpty() && !words.equals(said)) {
      said = words;
      log.say("waiting: " + words);
    }
    if (!isOutOfPatience(since, now)) {
      return Optional.empty();
    }
    return Optional.of(
        new StepResult.Refused(
            "it could not begin within %s: %s"
                .formatted(
                    Units.text(executor.settings().patience()),
                    words.isEmpty() ? "the cluster does not say why" : words)));
  }

  private Optional<StepResult> send(String pod, Instant now)
      throws ExecutorException, InterruptedException {
    if (sent) {
      return Optional.empty();
    }
    try {
      executor.streams().send(task, pod);
      sent = true;
      return Optional.empty();
    } catch (OversizedException e) {
      return Optional.of(new StepResult.OverLimit(String.valueOf(e.getMessage()), now, now));
    } catch (IOException e) {
      // It may have come all the same, and then the pod goes on.
      if (++unsent < TRIES) {
        return Optional.empty();
      }
      throw new ExecutorException(
          "Tried to send the workspace of step \"%s\" to its pod but %s"
              .formatted(task.id(), e.getMessage()),
          e);
    }
  }

  private StepResult end(StepStage.Ended at) throws InterruptedException {
    try {
      retried(() -> executor.streams().takeBack(task, at.pod()));
    } catch (OversizedException e) {
      return new StepResult.OverLimit(String.valueOf(e.getMessage()), at.started(), at.ended());
    } catch (IOException e) {
      return new StepResult.Lost(
          "it ended with %d, but its files could not be taken back: %s"
              .formatted(at.code(), e.getMessage()));
    }
    return at.outOfMemory()
        ? new StepResult.OverLimit("memory", at.started(), at.ended())
        : new StepResult.Exited(at.code(), at.started(), at.ended());
  }

  private interface Streaming {
    void once() throws IOException, InterruptedException;
  }

  private static void retried(Streaming streaming) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        streaming.once();
        return;
      } catch (OversizedException e) {
        throw e;
      } catch (IOException e) {
        if (attempt == TRIES) {
          throw e;
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
  }

  /**
   * Writes an end down, stops what may still run, and lets nothing be left.
   *
   * @return false where the Job is another one by now; look again
   */
  private boolean settled(Job job, StepResult end)
      throws ClusterException, ExecutorException, InterruptedException, IOException {
    if (!executor.changed(job, StepNames.RESULT, StepRecord.write(end), true)) {
      return false;
    }
    if (end instanceof StepResult.TimedOut) {
      executor.awaitGone(job);
    }
    StepLog.forget(task.logFile());
    return true;
  }

  /** How long nothing is due, unless something changes. */
  private Duration rest(StepStage stage, Instant now) {
    if (unsent > 0 && !sent) {
      return PAUSE;
    }
    Duration left =
        switch (stage) {
          case StepStage.Running(var _, var since) ->
              Duration.between(now, since.plus(task.limits().timeout()));
          case StepStage.Waiting(var _, var since) ->
              Duration.between(now, since.plus(executor.settings().patience()));
          case StepStage.Receiving _,
              StepStage.Ended _,
              StepStage.OverLimit _,
              StepStage.Late _,
              StepStage.Lost _,
              StepStage.Unserved _,
              StepStage.Refused _ ->
              LOOK;
        };
    return left.compareTo(LOOK) < 0 ? left : LOOK;
  }

  /** Copies the log beside what happens here, from now on and until its end. */
  private void follow(String pod) {
    if (follower.isEmpty()) {
      follower = Optional.of(Thread.ofVirtual().name("log " + task.id()).start(() -> copy(pod)));
    }
  }

  private void copy(String pod) {
    try {
      int failures = 0;
      for (boolean last = false; !last; ) {
        // What was there before the container's end is known to be whole only by asking after it.
        boolean after = ended.get();
        boolean fresh = false;
        try {
          fresh = log.copy(since -> executor.streams().log(pod, since));
          last = after && !fresh;
        } catch (IOException e) {
          last = after && ++failures == TRIES;
        }
        if (!fresh && !last) {
          TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Returns when what the container wrote last is in the log. Where nothing more of it comes, its
   * connection may be dead without having been closed, and another one is asked.
   */
  private void awaitLastLines(String pod) throws InterruptedException {
    ended.set(true);
    for (int attempt = 1; follower.isPresent() && attempt <= TRIES; attempt++) {
      Thread copying = follower.get();
      long before;
      do {
        before = log.bytes();
        if (copying.join(SILENCE)) {
          return;
        }
      } while (log.bytes() > before);
      copying.interrupt();
      if (!copying.join(STOPPING)) {
        return;
      }
      follower = Optional.empty();
      follow(pod);
    }
  }

  @Override
  public void close() throws IOException {
    if (follower.isPresent()) {
      follower.get().interrupt();
      try {
        follower.get().join(STOPPING);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    log.close();
  }
}
