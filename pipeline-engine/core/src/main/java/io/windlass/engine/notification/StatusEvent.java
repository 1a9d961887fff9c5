package io.windlass.engine.notification;

import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import java.time.Instant;

/** What the mark of one context on one commit hears. */
public sealed interface StatusEvent {
  /**
   * The commit should be marked so.
   *
   * @param order grows with each newer state; a wish that is not newer than the last one is dropped
   */
  record Wanted(RepositoryName repository, long order, CommitStatus status)
      implements StatusEvent {}

  record Sent(long order) implements StatusEvent {}

  /** Nothing may be sent before {@code until}. */
  record Limited(Instant until, String reason) implements StatusEvent {}

  /** The host will not have it, and asking again would not help. */
  record Refused(long order, String reason) implements StatusEvent {}

  /** The host could not be reached for a while. */
  record Unreachable(String reason) implements StatusEvent {}

  /** The wait is over. */
  record Again() implements StatusEvent {}
}
