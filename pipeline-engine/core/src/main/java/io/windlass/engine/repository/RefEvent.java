package io.windlass.engine.repository;

import io.windlass.engine.source.Intent;
import java.util.List;
import java.util.Optional;

/** What a ref hears. */
public sealed interface RefEvent {
  /**
   * A delivery says that the ref was made, moved or deleted. Told in the transaction that stores
   * the delivery.
   *
   * @param title and {@code author}: for people
   * @param defaultBranch of the repository, full name
   */
  record Pushed(
      String before,
      String after,
      boolean forced,
      boolean deleted,
      String title,
      String author,
      String defaultBranch,
      String cause)
      implements RefEvent {}

  /** A delivery says that a pull request was opened or has another head. */
  record PullRequestMoved(Intent.PullRequest pullRequest, String cause) implements RefEvent {}

  /**
   * A look at the source host found the pull request open, with another head than its row says.
   *
   * @param version of the row before the look began, empty when there was none; where a delivery
   *     came in since, it knows better
   */
  record PullRequestFound(Optional<Long> version, Intent.PullRequest pullRequest)
      implements RefEvent {}

  /** It was there already when the repository was first looked at: it is old, and not missed. */
  record Seen(String sha) implements RefEvent {}

  /**
   * A look at the source host found the ref elsewhere than its row says.
   *
   * @param version of the row before the look began, empty when there was none; a ref that has
   *     moved since knows better
   * @param sha what it names there; empty when it is gone
   * @param defaultBranch of the repository, full name; empty when it is not known
   */
  record Found(Optional<Long> version, Optional<String> sha, String defaultBranch)
      implements RefEvent {}

  /**
   * The answer to an ask.
   *
   * @param schedules of the file that was read, where it was the default branch's
   */
  record Resolved(Ask ask, Resolution resolution, Optional<List<ScheduleEntry>> schedules)
      implements RefEvent {}

  /**
   * A commit of the ref became a run.
   *
   * @param cancelsOlder whether the ref's run before it is to end
   */
  record Numbered(long run, boolean cancelsOlder) implements RefEvent {}
}
