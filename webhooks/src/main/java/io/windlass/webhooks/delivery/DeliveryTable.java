package io.windlass.webhooks.delivery;

import io.windlass.engine.journal.Projection;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tx;
import io.windlass.webhooks.delivery.DeliveryState.Stored;
import java.time.Instant;
import java.util.Optional;

/** Keeps the table {@code delivery} in step with the journal. */
public final class DeliveryTable implements Projection<DeliveryState> {
  @Override
  public void project(
      Tx tx, Subject subject, Optional<DeliveryState> before, DeliveryState after, Instant now) {
    if (!(after instanceof Stored stored) || before.filter(Stored.class::isInstance).isPresent()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            INSERT INTO delivery (id, event, hook, repository, received, bytes, fate, reason)
            VALUES (:id, :event, :hook, :repository, :received, :bytes, :fate, :reason)\
            """)
        .bind("id", subject.key())
        .bind("event", stored.event())
        .bind("hook", stored.hook())
        .bind("repository", stored.repository().orElse(""))
        .bind("received", stored.at().toEpochMilli())
        .bind("bytes", stored.bodyBytes())
        .bind("fate", stored.fate().word())
        .bind("reason", stored.fate().reason())
        .execute();
  }
}
