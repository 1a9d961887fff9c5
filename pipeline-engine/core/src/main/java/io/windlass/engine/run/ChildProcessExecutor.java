package io.windlass.engine.run;

import io.windlass.engine.log.LogLimits;
import io.windlass.engine.log.LogWriter;
import io.windlass.engine.secret.Masker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs steps as children of this very process, with the rights and variables of whoever started it:
 * for a developer's own machine, where the steps are one's own. Nothing outlives the process, and
 * nothing is isolated or limited but in time; a server uses the keeper's executor.
 */
public final class ChildProcessExecutor implements StepExecutor {
  private static final int TAIL_BYTES = 256 << 10;
  private static final int LINE_BYTES = 16 << 10;

  private record Attempt(
      CompletableFuture<StepResult> result, CompletableFuture<Process> process) {}

  private final InstantSource clock;
  private final Map<String, Attempt> attempts = new HashMap<>();
  private final Set<String> cancelled = new HashSet<>();

  public ChildProcessExecutor(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public StepResult run(StepTask task) throws ExecutorException, InterruptedException {
    Optional<StepResult> refused = task.container().refusedByProcesses();
    if (refused.isPresent()) {
      return refused.get();
    }
    CompletableFuture<StepResult> result;
    synchronized (this) {
      if (cancelled.contains(task.id())) {
        return new StepResult.Cancelled();
      }
      result = attempts.computeIfAbsent(task.id(), id -> begin(task)).result();
    }
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw new ExecutorException(
          "Tried to run \"" + task.id() + "\" but " + e.getCause() + "; look at the machine", e);
    }
  }

  @Override
  public void cancel(String id) throws ExecutorException {
    Attempt attempt;
    synchronized (this) {
      attempt = attempts.get(id);
      if (attempt == null || !attempt.result().isDone()) {
        cancelled.add(id);
      }
    }
    if (attempt != null && !attempt.result().isDone()) {
      attempt.process().thenAccept(ChildProcessExecutor::stop).exceptionally(never -> null).join();
    }
  }

  @Override
  public synchronized void forget(String id) {
    Attempt attempt = attempts.get(id);
    if (attempt != null && attempt.result().isDone()) {
      attempts.remove(id);
    }
  }

  private Attempt begin(StepTask task) {
    var attempt = new Attempt(new CompletableFuture<>(), new CompletableFuture<>());
    Thread.ofVirtual()
        .name(task.id())
        .start(() -> {
          try {
            attempt.result().complete(execute(task, attempt.process()));
          } catch (IOException | InterruptedException | RuntimeException e) {
            attempt.process().completeExceptionally(e);
            attempt.result().completeExceptionally(e);
          }
        });
    return attempt;
  }

  private StepResult execute(StepTask task, CompletableFuture<Process> announced)
      throws IOException, InterruptedException {
    Files.createDirectories(task.logFile().getParent());
    var limits =
        new LogLimits(Math.max(1, task.limits().logBytes() - TAIL_BYTES), TAIL_BYTES, LINE_BYTES);
    try (LogWriter log = LogWriter.open(task.logFile(), Masker.of(task.masked()), limits)) {
      if (task.limits().cpuMillis() > 0 || task.limits().memoryBytes() > 0) {
        log.line("[windlass: its \"resources\" are not given or limited here]");
      }
      ProcessBuilder builder =
          new ProcessBuilder(task.command())
              .directory(task.workspace().toFile())
              .redirectErrorStream(true);
      builder.environment().putAll(task.env());
      task.secrets().forEach((name, value) -> builder.environment().put(name, value.reveal()));
      Instant started = clock.instant();
      Process process;
      try {
        process = builder.start();
      } catch (IOException e) {
        return new StepResult.Refused(
            "could not start " + task.command().getFirst() + ": " + e.getMessage());
      }
      announced.complete(process);
      process.getOutputStream().close();
      Thread pump = Thread.ofVirtual().start(() -> pump(process.getInputStream(), log));
      boolean inTime = process.waitFor(task.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
      stop(process);
      pump.join();
      return result(task, inTime, process.waitFor(), started);
    }
  }

  private synchronized StepResult result(StepTask task, boolean inTime, int code, Instant started) {
    if (cancelled.contains(task.id())) {
      return new StepResult.Cancelled();
    }
    return inTime
        ? new StepResult.Exited(code, started, clock.instant())
        : new StepResult.TimedOut(started, clock.instant());
  }

  private static void pump(InputStream output, LogWriter log) {
    try (output) {
      output.transferTo(log.output());
    } catch (IOException e) {
      // The process was stopped while it wrote; what it had written is in the log.
    }
  }

  /** Ends a process and all that it started, also what it left behind. */
  private static void stop(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }
}
