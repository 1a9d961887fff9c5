package io.windlass.engine.local.client;

import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.run.ExecutorException;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Runs steps as processes of the local machine, under its keeper. */
public final class HostStepExecutor implements StepExecutor {
  /** One long poll; the next follows at once. */
  private static final Duration WATCH = Duration.ofSeconds(30);

  private final KeeperClient client;

  /**
   * Over this keeper.
   *
   * @param client with enough patience for the keeper to be upgraded
   */
  public HostStepExecutor(KeeperClient client) {
    this.client = client;
  }

  @Override
  public StepResult run(StepTask task) throws ExecutorException, InterruptedException {
    Optional<StepResult> refused = task.container().refusedByProcesses();
    if (refused.isPresent()) {
      return refused.get();
    }
    try {
      return result(finish(client, client.start(start(task))));
    } catch (KeeperException e) {
      throw new ExecutorException(e.reason(), e);
    }
  }

  /** Waits for the end of a step, however long it takes. */
  static StepStatus finish(KeeperClient client, StepStatus started)
      throws KeeperException, InterruptedException {
    StepStatus status = started;
    while (!status.state().ended()) {
      status = client.watch(started.id(), WATCH);
    }
    return status;
  }

  @Override
  public void cancel(String id) throws ExecutorException {
    try {
      client.cancel(id);
    } catch (KeeperException e) {
      throw new ExecutorException(e.reason(), e);
    } catch (InterruptedException e) {
      throw interrupted("cancel", id, e);
    }
  }

  @Override
  public void forget(String id) throws ExecutorException {
    try {
      client.acknowledge(id);
    } catch (KeeperException e) {
      throw new ExecutorException(e.reason(), e);
    } catch (InterruptedException e) {
      throw interrupted("forget", id, e);
    }
  }

  private static ExecutorException interrupted(String verb, String id, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ExecutorException(
        "Tried to " + verb + " step \"" + id + "\" but the server is going down", e);
  }

  private static StepStart start(StepTask task) {
    Map<String, String> secrets = new HashMap<>();
    task.secrets().forEach((name, value) -> secrets.put(name, value.reveal()));
    return new StepStart(
        task.id(),
        task.workspace().toAbsolutePath().toString(),
        task.readOnly().stream().map(Path::toAbsolutePath).map(Path::toString).toList(),
        task.command(),
        task.env(),
        new Secrets(secrets),
        Optional.of(task.logFile().toAbsolutePath().toString()),
        task.limits().timeout(),
        task.limits().logBytes(),
        new Resources(task.limits().cpuMillis(), task.limits().memoryBytes()),
        Optional.empty());
  }

  static StepResult result(StepStatus status) {
    Instant started = status.started().orElse(Instant.EPOCH);
    Instant ended = status.ended().orElse(started);
    String reason = status.reason().orElse("");
    return switch (status.state()) {
      case RUNNING ->
          throw new IllegalStateException("Tried to read the end of a step that still runs");
      case EXITED -> new StepResult.Exited(status.code().orElseThrow(), started, ended);
      case TIMED_OUT -> new StepResult.TimedOut(started, ended);
      case CANCELLED -> new StepResult.Cancelled();
      case OVER_LIMIT -> new StepResult.OverLimit(reason, started, ended);
      case LOST -> new StepResult.Lost(reason);
      case REFUSED -> new StepResult.Refused(reason);
    };
  }
}
