package io.windlass.engine.kubernetes.step;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.step.DiskSpace.ShortException;
import io.windlass.engine.kubernetes.step.PodStreams.UnfitException;
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
  private final Tries sending;
  private final Tries takingBack;
  private boolean sent;

  /** How its command ended, once its log is here. */
  private Optional<StepStage.Ended> over = Optional.empty();

  /** How it ended, once all that there is of it is here. */
  private Optional<StepResult> result = Optional.empty();

  private String said = "";

  Attempt(KubernetesStepExecutor executor, StepTask task, StepLog log) {
    this.executor = executor;
    this.task = task;
    this.log = log;
    Duration patience = executor.settings().patience();
    Duration timeout = task.limits().timeout();
    this.sending = new Tries(patience);
    // What a step has done for long is worth as long.
    this.takingBack = new Tries(timeout.compareTo(patience) > 0 ? timeout : patience);
  }

  StepResult run() throws ClusterException, IOException, ExecutorException, InterruptedException {
    while (true) {
      StepWatch watch = executor.watch();
      long seen = watch.changes();
      Instant now = executor.clock().instant();
      if (!takingBack.isDue(now)) {
        watch.await(seen, takingBack.left(now));
        continue;
      }
      Optional<StepSight> sight = watch.sight(StepNames.job(task.id()));
      if (sight.isEmpty() || isOver(sight.get().stage(now), now)) {
        // Watches may be behind, and each of them for itself: what ends an attempt is asked for.
        sight = executor.look(task.id());
      }
      if (sight.isEmpty()) {
        return result.orElseGet(() -> lost("its Job was deleted"));
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
      watch.await(seen, end.isPresent() ? PAUSE : rest(sight.get().stage(now)));
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
      throws ClusterException, InterruptedException, IOException {
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
        if (over.isEmpty()) {
          awaitLastLines(at.pod());
          for (FailedService service : at.services()) {
            tell(at.pod(), service);
          }
          over = Optional.of(at);
        }
        if (result.isEmpty()) {
          result = end(at, now);
        }
        yield result;
      }
      case StepStage.OverLimit(var limit) ->
          Optional.of(new StepResult.OverLimit(limit, StepStage.started(job), now));
      case StepStage.Late _ ->
          Optional.of(
              lost(
                  over.isPresent()
                      ? "its pod's time is over"
                      : "nobody looked at it until its pod's time was over, and so nobody knows how"
                          + " it ended"));
      case StepStage.Lost(var reason) -> Optional.of(lost(reason));
      case StepStage.Unserved(var pod, var service) -> {
        if (result.isEmpty()) {
          tell(pod, service);
          result = Optional.of(new StepResult.Unserved(service.words()));
        }
        yield result;
      }
      case StepStage.Refused(var reason) -> Optional.of(new StepResult.Refused(reason));
    };
  }

  /** Writes down how a service ended, what its probe said, and its last lines. */
  private void tell(String pod, FailedService service) throws IOException, InterruptedException {
    log.say(service.words());
    Optional<String> answer = executor.lastProbe(pod, service.container());
    if (answer.isPresent()) {
      log.say(answer.get());
    }
    log.lastLines(
        service.name(),
        executor.streams().lastLines(pod, service.container(), service.again(), SILENCE));
  }

  private Optional<StepResult> await(String words, Instant since, Instant now) throws IOException {
    if (!words.isEmpty() && !words.equals(said)) {
      said = words;
      log.say("waiting: " + words);
    }
    // One that has run waits for the cluster to say that its pod is gone.
    if (follower.isPresent() || !isOutOfPatience(since, now)) {
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
      throws ClusterException, InterruptedException {
    if (sent || !sending.isDue(now)) {
      return Optional.empty();
    }
    try {
      executor.streams().send(task, pod);
      sent = true;
      return Optional.empty();
    } catch (OversizedException e) {
      return Optional.of(new StepResult.OverLimit(String.valueOf(e.getMessage()), now, now));
    } catch (ShortException e) {
      return Optional.of(
          new StepResult.Refused("its workspace could not be sent: " + e.getMessage()));
    } catch (IOException e) {
      // It may have come all the same, and then the pod goes on.
      return again(sending, "send the workspace of step \"" + task.id() + "\" to its pod", e, now)
          ? Optional.empty()
          : Optional.of(new StepResult.Lost(sending.words("its workspace could not be sent")));
    }
  }

  private Optional<StepResult> end(StepStage.Ended at, Instant now)
      throws ClusterException, InterruptedException {
    if (!at.kept()) {
      return Optional.of(lost("its pod has ended with it"));
    }
    try {
      executor.streams().takeBack(task, at.pod());
    } catch (OversizedException e) {
      return Optional.of(
          new StepResult.OverLimit(String.valueOf(e.getMessage()), at.started(), at.ended()));
    } catch (ShortException | UnfitException e) {
      return Optional.of(lost(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return again(takingBack, "take back the files of step \"" + task.id() + "\"", e, now)
          ? Optional.empty()
          : Optional.of(lost("its pod cannot be reached"));
    }
    return Optional.of(
        at.outOfMemory()
            ? new StepResult.OverLimit("memory", at.started(), at.ended())
            : new StepResult.Exited(at.code(), at.started(), at.ended()));
  }

  /**
   * Whether a stream that has failed is to be tried again: a cluster that is busy is waited for.
   *
   * @throws ClusterException where the server has not the right to it
   */
  private boolean again(Tries tries, String tried, IOException failed, Instant began)
      throws ClusterException {
    ClusterException failure = executor.cluster().failure(tried, failed);
    if (failure.kind() == ClusterException.Kind.FORBIDDEN) {
      throw failure;
    }
    boolean more = tries.failed(failure.reason(), began, executor.clock().instant());
    return more && failure.kind() != ClusterException.Kind.REFUSED;
  }

  /** Nobody has all that the step has done; where its end is known it is said. */
  private StepResult.Lost lost(String reason) {
    return new StepResult.Lost(
        over.map(at ->
                "it ended with %d, but its files could not be taken back: %s"
                    .formatted(at.code(), takingBack.words(reason)))
            .orElse(reason));
  }

  /**
   * Writes an end down, and stops what may still run.
   *
   * @return false where the Job is another one by now; look again
   */
  private boolean settled(Job job, StepResult end)
      throws ClusterException, ExecutorException, InterruptedException {
    if (!executor.changed(job, StepNames.RESULT, StepRecord.write(end), true)) {
      return false;
    }
    if (end instanceof StepResult.TimedOut) {
      executor.awaitGone(job);
    }
    return true;
  }

  /** How long nothing is due, unless something changes. */
  private Duration rest(StepStage stage) {
    Instant now = executor.clock().instant();
    Duration left =
        switch (stage) {
          case StepStage.Running(var _, var since) ->
              Duration.between(now, since.plus(task.limits().timeout()));
          case StepStage.Waiting(var _, var since) ->
              Duration.between(now, since.plus(executor.settings().patience()));
          case StepStage.Receiving _ -> sent ? LOOK : sending.left(now);
          case StepStage.Ended _ -> takingBack.left(now);
          case StepStage.OverLimit _,
              StepStage.Late _,
              StepStage.Lost _,
              StepStage.Unserved _,
              StepStage.Refused _ ->
              LOOK;
        };
    if (!left.isPositive()) {
      return PAUSE;
    }
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
