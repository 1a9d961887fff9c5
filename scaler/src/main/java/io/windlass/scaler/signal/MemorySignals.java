package io.windlass.scaler.signal;

import io.windlass.scaler.fleet.FleetId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Signals that somebody in this process sets: the real port without a measuring instrument behind
 * it. What was never set is missing.
 */
public final class MemorySignals implements SignalSource {
  private record Key(FleetId fleet, Signal signal) {}

  private final Map<Key, Answer> answers = new ConcurrentHashMap<>();

  @FunctionalInterface
  private interface Answer {
    Reading to(SignalQuery query);
  }

  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    return queries.stream().map(this::answer).toList();
  }

  /** Sets each replica's value. */
  public void set(FleetId fleet, Signal signal, Map<String, Double> values, Instant at) {
    Map<String, Sample> samples =
        values.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    e -> new Sample(e.getValue(), at),
                    (a, b) -> b,
                    TreeMap::new));
    answers.put(
        new Key(fleet, signal), query -> new Reading.PerReplica(query, samples, false, List.of()));
  }

  /** Sets the whole fleet's value. */
  public void setTotal(FleetId fleet, Signal signal, double value, Instant at) {
    answers.put(
        new Key(fleet, signal),
        query -> new Reading.Total(query, new Sample(value, at), Map.of(), false, List.of()));
  }

  /** From now on there is no data. */
  public void lose(FleetId fleet, Signal signal, String reason) {
    answers.put(new Key(fleet, signal), query -> new Reading.Missing(query, reason));
  }

  private Reading answer(SignalQuery query) {
    Answer answer = answers.get(new Key(query.fleet(), query.signal()));
    return answer == null
        ? new Reading.Missing(
            query, "nobody has set " + query.signal().name() + " for " + query.fleet())
        : answer.to(query);
  }
}
