package io.windlass.engine.pipeline;

/** Why somebody asks for a run: what filters look at. */
public sealed interface Trigger {

  /** A branch was made or moved. */
  record BranchPush(String branch) implements Trigger {}

  /** A tag was made or moved. */
  record TagPush(String tag) implements Trigger {}

  /**
   * A pull request was opened or got another commit.
   *
   * @param base the branch to be merged into
   */
  record PullRequest(long number, String base) implements Trigger {}

  /** A schedule's time came, for the default branch. */
  record Scheduled(String branch, String cron) implements Trigger {}

  /** A person asked. */
  record Manual(String by) implements Trigger {}
}
