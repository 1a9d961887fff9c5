package io.windlass.engine.run;

import java.nio.file.Path;

/**
 * Where the files of runs are.
 *
 * @param data the server's data directory
 */
public record RunFiles(Path data) {
  /** The run's checkout. */
  public Path workspace(RunId run) {
    return data.resolve("workspaces")
        .resolve(run.repository())
        .resolve(Long.toString(run.number()));
  }

  /** What an attempt wrote; stays when the workspace goes. */
  public Path log(RunId run, String step, int attempt) {
    return logs(run).resolve(step + "." + attempt + ".log");
  }

  /** All logs of a run. */
  public Path logs(RunId run) {
    return data.resolve("logs").resolve(run.repository()).resolve(Long.toString(run.number()));
  }

  /**
   * The name of an attempt outside: the same whenever it is asked for. The commit keeps it apart
   * from a run of the same number in a database that was restored.
   */
  static String attemptId(RunId run, String sha, String step, int attempt) {
    return run.repository().replace('/', '.')
        + "-"
        + run.number()
        + "-"
        + sha.substring(0, Math.min(8, sha.length()))
        + "-"
        + step
        + "-"
        + attempt;
  }
}
