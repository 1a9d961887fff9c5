package io.windlass.engine.notification;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What the alert of one branch or tag hears. */
public sealed interface AlertEvent {
  /**
   * A run of the ref ended.
   *
   * @param run its number; an older run's end after a newer one's is dropped
   * @param failure why it did not succeed; empty when it did
   */
  record Ended(
      String repository,
      String ref,
      long run,
      String title,
      Optional<String> failure,
      Optional<URI> page)
      implements AlertEvent {}

  /** Some addresses did not take the message. */
  record Undelivered(Message message, List<String> hooks, int attempt, String reason)
      implements AlertEvent {}

  /** The wait before the next attempt is over. */
  record Again(Message message, List<String> hooks, int attempt) implements AlertEvent {}

  /** What people read. */
  record Message(
      Kind kind,
      String repository,
      String ref,
      long run,
      String title,
      String cause,
      Optional<URI> page) {}

  /** When an address wants to hear. */
  enum Kind {
    FAILURE,
    RECOVERY
  }
}
