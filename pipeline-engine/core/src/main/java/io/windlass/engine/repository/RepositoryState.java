package io.windlass.engine.repository;

import java.util.List;
import java.util.Optional;

/**
 * One repository.
 *
 * @param lastRun the last run number given, 0 for none
 * @param looks counts the answers to looks at the source host
 * @param known whether every ref was looked at once; before, a ref that nobody has heard of is old
 *     and not missed
 * @param defaultBranch full name, as far as a push or a look has told it
 * @param schedules of the default branch's file
 * @param decided what the last event came to
 * @param problem why the last look at the refs did not succeed
 * @param pullRequestsKnown whether the open pull requests were looked at once; before, one that
 *     nobody has heard of is old and not missed
 * @param pullRequestsProblem why the last look at the pull requests did not succeed
 */
public record RepositoryState(
    String repository,
    long lastRun,
    long looks,
    boolean known,
    Optional<String> defaultBranch,
    List<ScheduleEntry> schedules,
    Optional<Decision> decided,
    Optional<String> problem,
    boolean pullRequestsKnown,
    Optional<String> pullRequestsProblem) {
  public RepositoryState {
    schedules = List.copyOf(schedules);
  }

  static RepositoryState of(String repository) {
    return new RepositoryState(
        repository,
        0,
        0,
        false,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty());
  }
}
