package io.windlass.engine.source;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a delivery asks of us. A value for every delivery there can be, also for those that ask
 * nothing or make no sense.
 */
public sealed interface Intent {

  /**
   * A ref was made, moved or deleted.
   *
   * @param before what the ref named, {@link Sha#NONE} when it was made by this push
   * @param after what the ref names now, {@link Sha#NONE} when it was deleted; for an annotated tag
   *     the id of the tag object, not of the commit
   * @param forced whether {@code before} is not an ancestor of {@code after}, as GitHub saw it
   * @param headCommit the commit at {@code after}: for an annotated tag the tagged one. Statuses
   *     belong to this id
   * @param commits the first commits of the push, oldest first, at most {@link
   *     GitHubEvents#COMMITS_KEPT}. For people only: GitHub truncates the list, so what changed is
   *     asked of the mirror
   * @param commitCount how many commits the delivery listed
   * @param defaultBranch where new branches are compared to
   */
  record Pushed(
      RepositoryName repository,
      Ref ref,
      String before,
      String after,
      boolean forced,
      boolean created,
      boolean deleted,
      Optional<String> headCommit,
      List<CommitInfo> commits,
      int commitCount,
      String pusher,
      Ref defaultBranch)
      implements Intent {
    public Pushed {
      commits = List.copyOf(commits);
    }
  }

  /** A pull request was opened or opened again. */
  record PullRequestOpened(RepositoryName repository, PullRequest pullRequest) implements Intent {}

  /** A pull request got another head commit. */
  record PullRequestUpdated(RepositoryName repository, PullRequest pullRequest) implements Intent {}

  /**
   * A pull request as it stands.
   *
   * @param headSha the commit to check
   * @param headRepository where the head lives; empty when that repository is gone
   * @param headBranch short name of the branch in the head's repository, as its owner chose it:
   *     hostile text
   * @param baseRef the branch it would be merged into
   * @param baseSha that branch's commit when the event was sent
   * @param fromFork whether the head lives anywhere else than in this repository, also when it is
   *     gone
   */
  record PullRequest(
      long number,
      String title,
      String author,
      String headSha,
      Optional<RepositoryName> headRepository,
      String headBranch,
      Ref baseRef,
      String baseSha,
      boolean fromFork,
      boolean draft) {}

  /** GitHub tries the address. Organisation hooks and apps name no repository. */
  record Ping(Optional<RepositoryName> repository, OptionalLong hookId) implements Intent {}

  /**
   * A GitHub App was given to an account, taken away, or its repositories changed.
   *
   * @param action GitHub's own word: {@code created}, {@code deleted}, {@code suspend}, {@code
   *     unsuspend}, {@code added}, {@code removed}, {@code new_permissions_accepted}
   */
  record InstallationChanged(
      long installationId,
      String account,
      String action,
      List<RepositoryName> added,
      List<RepositoryName> removed)
      implements Intent {
    public InstallationChanged {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
    }
  }

  /** Understood, and nothing to do; the reason is for the delivery's page. */
  record Ignored(String reason) implements Intent {}

  /**
   * Not what GitHub sends.
   *
   * @param at JSON pointer of the place, empty for the whole body
   * @param found what stands there, shortened
   * @param expected what should
   */
  record Malformed(String event, String at, String found, String expected) implements Intent {
    @Override
    public String toString() {
      return "Tried to read a \""
          + event
          + "\" event but "
          + (at.isEmpty() ? "the body" : at)
          + " is "
          + found
          + "; expected "
          + expected;
    }
  }
}
