package io.windlass.engine.run;

/**
 * Where steps execute: a process under the keeper, a container, a Kubernetes Job.
 *
 * <p>Thread-safe. Steps run outside the server's process, so that they outlive it.
 */
public interface StepExecutor {
  /**
   * Runs the attempt and blocks until it has ended. Called again with the same id, from this server
   * or a later one, it attaches to the attempt that is there, running or ended, and never starts a
   * second one; the log then holds what the attempt wrote from its beginning, once. An interrupted
   * call leaves the attempt running.
   *
   * @throws ExecutorException when the executor cannot be reached; the attempt may or may not run,
   *     and the caller asks again with the same id
   */
  StepResult run(StepTask task) throws ExecutorException, InterruptedException;

  /**
   * Stops the attempt and everything that it started. Returns when nothing of it runs any more; a
   * pending or later {@link #run} of this id answers {@link StepResult.Cancelled}, unless the
   * attempt had ended before. An id that was never run is remembered as cancelled.
   */
  void cancel(String id) throws ExecutorException;

  /**
   * Forgets an attempt that has ended, its exit code with it. The log file stays. Unknown ids are
   * ignored.
   */
  void forget(String id) throws ExecutorException;
}
