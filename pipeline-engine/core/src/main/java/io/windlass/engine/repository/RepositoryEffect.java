package io.windlass.engine.repository;

/** What a repository and its refs ask for. */
public sealed interface RepositoryEffect {
  /**
   * Fetches the mirror, reads the file at the commit, and looks what it says about it.
   *
   * @param defaultBranch full name, empty when it is not known
   */
  record Read(String repository, Ask ask, String defaultBranch) implements RepositoryEffect {}

  /** Reads the schedules of the default branch's file; no run comes of it. */
  record ReadSchedules(String repository, String defaultBranch) implements RepositoryEffect {}

  /** Asks the source host what every ref names, and compares it with the rows of the heads. */
  record ObserveHeads(String repository) implements RepositoryEffect {}

  /** Asks the source host which pull requests are open, and compares them with their rows. */
  record ObservePullRequests(String repository) implements RepositoryEffect {}
}
