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
    tx.update(
        "INSERT INTO delivery (id, event, hook, repository, received, bytes, fate, reason)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        subject.key(),
        stored.event(),
        stored.hook(),
        stored.repository().orElse(""),
        stored.at(),
        stored.bodyBytes(),
        stored.fate().word(),
        stored.fate().reason());
  }
}
