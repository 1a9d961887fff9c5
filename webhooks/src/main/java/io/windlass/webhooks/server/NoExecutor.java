package io.windlass.webhooks.server;

import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;

/** Where the server's file names no place for steps. */
record NoExecutor() implements StepExecutor {
  @Override
  public StepResult run(StepTask task) {
    return new StepResult.Refused(
        "the server's file has no place where steps run; add a keeper or a Kubernetes target, and name it under 'steps'");
  }

  @Override
  public void cancel(String id) {}

  @Override
  public void forget(String id) {}
}
