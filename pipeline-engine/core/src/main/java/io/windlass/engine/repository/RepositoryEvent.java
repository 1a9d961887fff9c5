package io.windlass.engine.repository;

import io.windlass.engine.source.Intent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a repository hears. */
public sealed interface RepositoryEvent {
  /** A delivery, told in the transaction that stores it, under its own id. */
  record Arrived(String deliveryId, Intent intent) implements RepositoryEvent {}

  /**
   * Somebody wants to know whether anything was missed: the start of the server, or its schedule.
   */
  record HeadsWanted(String cause) implements RepositoryEvent {}

  /**
   * What every ref names.
   *
   * @param order the count of asks when the look began; what was decided since is newer than what
   *     was seen
   */
  record HeadsObserved(long order, Map<String, String> heads) implements RepositoryEvent {}

  record HeadsUnknown(String reason) implements RepositoryEvent {}

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
   * The answer to an ask.
   *
   * @param schedules of the file that was read, where it was the default branch's
   */
  record Resolved(long ask, Resolution resolution, Optional<List<ScheduleEntry>> schedules)
      implements RepositoryEvent {}
}
