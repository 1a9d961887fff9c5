package io.windlass.webhooks.delivery;

import java.time.Instant;
import java.util.Optional;

/** A delivery as the journal keeps it; the body stays with the event that brought it. */
public sealed interface DeliveryState {
  /** Nothing has been heard under this id. */
  record Unheard() implements DeliveryState {}

  /** Stored and decided. */
  record Stored(
      String event, String hook, Optional<String> repository, Fate fate, long bodyBytes, Instant at)
      implements DeliveryState {}
}
