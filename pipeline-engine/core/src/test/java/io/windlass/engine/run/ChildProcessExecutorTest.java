package io.windlass.engine.run;

import java.time.InstantSource;

class ChildProcessExecutorTest extends StepExecutorContract {
  @Override
  protected StepExecutor executor() {
    return new ChildProcessExecutor(InstantSource.system());
  }
}
