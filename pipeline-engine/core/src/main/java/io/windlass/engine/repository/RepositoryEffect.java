package io.windlass.engine.repository;

/** What a repository asks for. */
public sealed interface RepositoryEffect {
  /**
   * Fetches the mirror, reads the file at the commit, and looks what it says about it. @param
   * defaultBranch full name, empty when it is not known
   */
  record Read(String repository, Ask ask, String defaultBranch) implements RepositoryEffect {}

  /** Asks the source host what every ref names. */
  record ObserveHeads(String repository, long order) implements RepositoryEffect {}
}
