package io.windlass.engine.kubernetes.step;

import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepService;
import io.windlass.engine.run.StepTask;
import java.util.List;
import java.util.Optional;

/** Attempts for tests, made from others. */
final class StepTasks {
  private StepTasks() {}

  /** The same with a service beside it. */
  static StepTask with(StepTask task, StepService service) {
    return new StepTask(
        task.id(),
        task.workspace(),
        task.readOnly(),
        task.command(),
        task.env(),
        task.secrets(),
        new StepContainer(Optional.empty(), List.of(service)),
        task.logFile(),
        task.limits());
  }
}
