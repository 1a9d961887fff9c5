package io.windlass.engine.repository;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Transition;
import java.time.Instant;

/**
 * One repository: which commits are decided, and which number a run gets.
 *
 * <p>Commits are read one after the other, so that runs are numbered in the order in which their
 * commits were heard of. A ref that is deleted is forgotten and cancels nothing.
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
      case RepositoryEvent.Arrived(var deliveryId, var intent) -> turn.arrived(deliveryId, intent);
      case RepositoryEvent.HeadsWanted wanted -> turn.headsWanted();
      case RepositoryEvent.HeadsObserved(var order, var heads) -> turn.headsObserved(order, heads);
      case RepositoryEvent.HeadsUnknown(var reason) -> turn.headsUnknown(reason);
      case RepositoryEvent.ScheduleFired(var cron, var fireTime) ->
          turn.scheduleFired(cron, fireTime);
      case RepositoryEvent.RunWanted wanted -> turn.runWanted(wanted);
      case RepositoryEvent.Resolved(var ask, var resolution, var schedules) ->
          turn.resolved(ask, resolution, schedules);
    }
    return turn.transition();
  }
}
