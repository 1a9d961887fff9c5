package io.windlass.webhooks.server;

import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Instant;
import java.util.List;

/** For fleets that only Prometheus measures, where the server's file names none. */
record NoSignals() implements SignalSource {
  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    return queries.stream()
        .<Reading>map(query ->
            new Reading.Missing(
                query,
                "the server's file names no Prometheus; add 'prometheus: { url: ... }' with the cluster's metrics"))
        .toList();
  }
}
