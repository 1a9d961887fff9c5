package io.windlass.engine.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * An executor that runs nothing and remembers everything. It outlives the server under test: keep
 * it while the rest is built again.
 */
public final class MemoryExecutor implements StepExecutor {
  public static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

  private final Map<String, CompletableFuture<StepResult>> attempts = new HashMap<>();
  private final Set<String> cancelled = new HashSet<>();
  private final List<StepTask> started = new ArrayList<>();
  private Function<StepTask, Optional<StepResult>> script = task -> Optional.of(exited(0));

  public static StepResult exited(int code) {
    return new StepResult.Exited(code, THEN, THEN.plusSeconds(1));
  }

  /**
   * What becomes of the attempts that are started from now on; empty: they run until {@link
   * #finish}.
   */
  public synchronized void script(Function<StepTask, Optional<StepResult>> next) {
    script = next;
  }

  /** Everything that was ever started, in order. */
  public synchronized List<StepTask> started() {
    return List.copyOf(started);
  }

  /** Ends an attempt that runs. */
  public synchronized void finish(String id, StepResult result) {
    attempts.getOrDefault(id, new CompletableFuture<>()).complete(result);
  }

  @Override
  public StepResult run(StepTask task) throws ExecutorException, InterruptedException {
    try {
      return attempt(task).get();
    } catch (ExecutionException e) {
      throw new ExecutorException("The attempt broke", e);
    }
  }

  private synchronized CompletableFuture<StepResult> attempt(StepTask task) {
    if (cancelled.contains(task.id())) {
      return CompletableFuture.completedFuture(new StepResult.Cancelled());
    }
    return attempts.computeIfAbsent(task.id(), id -> start(task));
  }

  private CompletableFuture<StepResult> start(StepTask task) {
    started.add(task);
    log(task);
    return script
        .apply(task)
        .map(CompletableFuture::completedFuture)
        .orElseGet(CompletableFuture::new);
  }

  private static void log(StepTask task) {
    try {
      Files.createDirectories(task.logFile().getParent());
      Files.writeString(
          task.logFile(),
          "ran " + task.id() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void cancel(String id) {
    CompletableFuture<StepResult> running = attempts.get(id);
    if (running == null) {
      cancelled.add(id);
    } else {
      running.complete(new StepResult.Cancelled());
    }
  }

  @Override
  public synchronized void forget(String id) {
    if (attempts.containsKey(id) && attempts.get(id).isDone()) {
      attempts.remove(id);
    }
    cancelled.remove(id);
  }
}
