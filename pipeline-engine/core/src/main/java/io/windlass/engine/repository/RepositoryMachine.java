package io.windlass.engine.repository;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Transition;
import java.time.Instant;

/**
 * One repository: what belongs to all of its refs, such as the numbers of runs. Which commits are
 * decided is the refs' own affair ({@link RefMachine}).
 *
 * <p>Commits are read one after the other, so that runs are numbered in the order in which their
 * commits were heard of.
 */
public final class RepositoryMachine
    implements Machine<RepositoryState, RepositoryEvent, RepositoryEffect> {
  public static final String KIND = "repository";

  /**
   * The subject of a repository.
   *
   * @param repository {@code acme/shop}, spelt as in the server's file
   */
  public static Subject subject(String repository) {
    return new Subject(KIND, repository);
  }

  /** In which the repository's commits are read, whichever machine asks for it. */
  static String lane(String repository) {
    return "repository/" + repository;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<RepositoryState> stateType() {
    return RepositoryState.class;
  }

  @Override
  public Class<RepositoryEvent> eventType() {
    return RepositoryEvent.class;
  }

  @Override
  public Class<RepositoryEffect> effectType() {
    return RepositoryEffect.class;
  }

  @Override
  public RepositoryState initial(String key) {
    return RepositoryState.of(key);
  }

  @Override
  public Transition<RepositoryState, RepositoryEffect> on(
      RepositoryState state, RepositoryEvent event, Instant now) {
    var turn = new RepositoryTurn(state, now);
    switch (event) {
      case RepositoryEvent.DefaultBranchNamed(var name) -> turn.defaultBranchNamed(name);
      case RepositoryEvent.HeadsWanted _ -> turn.headsWanted();
      case RepositoryEvent.HeadsObserved observed -> turn.headsObserved(observed);
      case RepositoryEvent.HeadsUnknown(var reason) -> turn.headsUnknown(reason);
      case RepositoryEvent.PullRequestsWanted _ -> turn.pullRequestsWanted();
      case RepositoryEvent.PullRequestsObserved observed -> turn.pullRequestsObserved(observed);
      case RepositoryEvent.PullRequestsUnknown(var reason) -> turn.pullRequestsUnknown(reason);
      case RepositoryEvent.ScheduleFired(var cron, var fireTime) ->
          turn.scheduleFired(cron, fireTime);
      case RepositoryEvent.RunWanted wanted -> turn.runWanted(wanted);
      case RepositoryEvent.Resolved(var ask, var resolution, var schedules) ->
          turn.resolved(ask, resolution, schedules);
      case RepositoryEvent.SchedulesRead(var schedules) -> turn.schedulesRead(schedules);
    }
    return turn.transition();
  }
}
