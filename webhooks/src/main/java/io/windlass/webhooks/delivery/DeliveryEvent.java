package io.windlass.webhooks.delivery;

import io.windlass.engine.source.Intent;
import java.time.Instant;
import java.util.Optional;

/** What happens to a delivery. */
public sealed interface DeliveryEvent {
  /**
   * It was received, and its signature was right.
   *
   * @param id GitHub's id of the delivery
   * @param event the header {@code X-GitHub-Event}
   * @param hook the hook that it came by, as far as the headers say
   * @param repository the repository that it is about, as the server's file spells it; empty where
   *     it is about none that we serve
   * @param fate what becomes of it
   * @param intent what it asks of us
   * @param body the raw body, compressed with gzip, in base64
   * @param bodyBytes the raw body's length
   */
  record Received(
      String id,
      String event,
      String hook,
      Optional<String> repository,
      Fate fate,
      Intent intent,
      String body,
      long bodyBytes,
      Instant at)
      implements DeliveryEvent {}
}
