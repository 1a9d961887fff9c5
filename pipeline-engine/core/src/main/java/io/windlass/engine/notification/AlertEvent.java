package io.windlass.engine.notification;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What the alert of one branch, tag or environment hears. */
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

  /** A rollout waits for a person. */
  record Gated(Message message) implements AlertEvent {}

  /** It does no longer: somebody has approved it, or it returns. */
  record Ungated() implements AlertEvent {}

  /** A return cannot reach its target. */
  record Away(Message message) implements AlertEvent {}

  /** It does not wait for that any more; there is nothing to say where it was ended otherwise. */
  record Back(Optional<Message> message) implements AlertEvent {}

  /** Some addresses did not take the message. */
  record Undelivered(Message message, List<String> hooks, int attempt, String reason)
      implements AlertEvent {}

  /** The wait before the next attempt is over. */
  record Again(Message message, List<String> hooks, int attempt) implements AlertEvent {}

  /**
   * What people read.
   *
   * @param ref of the run that ended; empty where it is about a rollout
   * @param environment of the rollout that it is about
   */
  record Message(
      Kind kind,
      String repository,
      String ref,
      long run,
      String title,
      String cause,
      Optional<URI> page,
      Optional<String> environment) {
    /** Of a ref. */
    Message(
        Kind kind,
        String repository,
        String ref,
        long run,
        String title,
        String cause,
        Optional<URI> page) {
      this(kind, repository, ref, run, title, cause, page, Optional.empty());
    }

    /** What it is about: {@code acme/shop@refs/heads/main}, {@code acme/shop/production}. */
    String subject() {
      return environment.map(name -> repository + "/" + name).orElse(repository + "@" + ref);
    }
  }

  /** When an address wants to hear. */
  enum Kind {
    FAILURE,
    RECOVERY,
    APPROVAL
  }
}
