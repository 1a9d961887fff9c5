package io.windlass.engine.repository;

import io.windlass.engine.source.Intent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a repository hears. */
public sealed interface RepositoryEvent {
  /** A push named the default branch, by its full name. */
  record DefaultBranchNamed(String name) implements RepositoryEvent {}

  /**
   * Somebody wants to know whether anything was missed: the start of the server, or its schedule.
   */
  record HeadsWanted(String cause) implements RepositoryEvent {}

  /**
   * Where the source host differs from the rows of the heads.
   *
   * @param whole false when there is more to tell, and another look is needed
   * @param defaultBranch the branch that the host's HEAD stands for, by its full name
   * @param problem what was left out, and why
   */
  record HeadsObserved(
      List<Difference> differences,
      boolean whole,
      Optional<String> defaultBranch,
      Optional<String> problem)
      implements RepositoryEvent {
    public HeadsObserved {
      differences = List.copyOf(differences);
    }
  }

  /**
   * One ref that is elsewhere.
   *
   * @param version of its row before the look began; empty when there was none
   * @param sha what it names there; empty when it is gone
   */
  record Difference(String ref, Optional<Long> version, Optional<String> sha) {}

  record HeadsUnknown(String reason) implements RepositoryEvent {}

  /** Somebody wants to know whether a pull request was missed. */
  record PullRequestsWanted(String cause) implements RepositoryEvent {}

  /**
   * The open pull requests whose head is not the one that their row says.
   *
   * @param whole false when there is more to tell, and another look is needed
   */
  record PullRequestsObserved(List<OpenPullRequest> differing, boolean whole)
      implements RepositoryEvent {
    public PullRequestsObserved {
      differing = List.copyOf(differing);
    }
  }

  /**
   * One of them.
   *
   * @param version of its row before the look began; empty when there was none
   */
  record OpenPullRequest(Optional<Long> version, Intent.PullRequest pullRequest) {}

  record PullRequestsUnknown(String reason) implements RepositoryEvent {}

  /** Told under {@code schedule@fireTime}, so that several servers make one event. */
  record ScheduleFired(String cron, Instant fireTime) implements RepositoryEvent {}

  /**
   * A person wants a commit to be run, or deployed.
   *
   * @param ref empty for the default branch
   * @param sha empty for whatever the ref names now
   * @param environment deploy to this one; empty for all that the file deploys to
   */
  record RunWanted(
      Optional<String> ref, Optional<String> sha, Optional<String> environment, String who)
      implements RepositoryEvent {}

  /**
   * The answer to an ask: to one of the repository's own, or to a ref's that makes a run.
   *
   * @param schedules of the file that was read, where it was the default branch's
   */
  record Resolved(Ask ask, Resolution resolution, Optional<List<ScheduleEntry>> schedules)
      implements RepositoryEvent {}

  /** The default branch's file was read for no run. */
  record SchedulesRead(List<ScheduleEntry> schedules) implements RepositoryEvent {
    public SchedulesRead {
      schedules = List.copyOf(schedules);
    }
  }
}
