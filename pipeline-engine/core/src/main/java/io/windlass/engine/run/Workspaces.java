package io.windlass.engine.run;

import java.nio.file.Path;

/** Where runs work. Safe for several threads. */
public interface Workspaces {
  /**
   * Makes the run's workspace. Done again after a crash, it gives the same.
   *
   * @throws Exception when it could not be tried properly, and may be tried again
   */
  Checkout checkOut(RunId run, String sha) throws Exception;

  /** The run's workspace, whether it is there or not. */
  Path directory(RunId run);

  /**
   * Makes the repository's next workspace quicker where that is possible. Nobody waits for this.
   *
   * @param sha the commit of its last run
   */
  void prepare(RunId run, String sha);

  /** Removes it; does nothing where there is none. */
  void remove(RunId run) throws Exception;
}
