package io.windlass.webhooks.server;

import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Instant;
import java.util.List;

/**
 * For fleets that nothing measures.
 *
 * @param reason why, and what to do about it
 */
record NoSignals(String reason) implements SignalSource {
  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    return queries.stream().<Reading>map(query -> new Reading.Missing(query, reason)).toList();
  }
}
