package io.windlass.engine.git;

/** What asking for one commit gave. */
public sealed interface Fetched {

  /**
   * The commit is in the mirror, and stays there for two weeks after nothing names it any more, or
   * for as long as {@link Mirrors#maintain} is told to keep it.
   */
  record Ready(Mirror mirror, String commit) implements Fetched {}

  /**
   * The host does not have it any more: it was pushed away. The run is superseded, nobody's error.
   */
  record CommitVanished(String sha) implements Fetched {}
}
