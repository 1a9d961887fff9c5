package io.windlass.engine.local.client;

import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Signals as the keeper measures them, for a machine without Prometheus: processor by control group
 * or process times, network, requests and in-flight by the proxy. One request for each fleet and
 * window of a tick.
 */
public final class KeeperSignals implements SignalSource {
  /** The keeper looks once a second; a rate needs a few looks. */
  private static final Duration SHORTEST = Duration.ofSeconds(3);

  private final KeeperClient client;

  /**
   * Over this keeper.
   *
   * @param client with a patience shorter than a tick
   */
  public KeeperSignals(KeeperClient client) {
    this.client = client;
  }

  private record Asked(FleetId fleet, Duration window) {}

  private sealed interface Answer {
    record Series(List<ReplicaSeries> series) implements Answer {}

    record Failed(String reason) implements Answer {}
  }

  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    Map<Asked, Answer> answers = new HashMap<>();
    return queries.stream()
        .map(query -> {
          Duration window = query.window().compareTo(SHORTEST) < 0 ? SHORTEST : query.window();
          return reading(
              query, answers.computeIfAbsent(new Asked(query.fleet(), window), this::ask));
        })
        .toList();
  }

  private Answer ask(Asked asked) {
    try {
      return new Answer.Series(client.samples(asked.fleet().toString(), asked.window(), 2));
    } catch (KeeperException e) {
      return new Answer.Failed("the keeper does not answer: " + e.reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Failed("the server is going down");
    }
  }

  private static Reading reading(SignalQuery query, Answer answer) {
    return switch (answer) {
      case Answer.Failed(String reason) -> new Reading.Missing(query, reason);
      case Answer.Series(List<ReplicaSeries> series) ->
          switch (query.signal()) {
            case Signal.Cpu _ ->
                rates(query, series, s -> s.cpuSeconds(), ReplicaSeries::cpuLimitCores);
            case Signal.NetworkIn _ -> rates(query, series, s -> s.receivedBytes(), _ -> 1);
            case Signal.NetworkOut _ -> rates(query, series, s -> s.sentBytes(), _ -> 1);
            case Signal.Requests _ -> rates(query, series, s -> s.requests(), _ -> 1);
            case Signal.RequestCount _ ->
                perReplica(query, series, s -> grown(s, ReplicaSeries.Sample::requests));
            case Signal.InFlight _ -> perReplica(query, series, s -> Optional.of(s.meanInFlight()));
            case Signal.Errors _ -> rates(query, series, s -> s.errors(), _ -> 1);
            case Signal.RequestTime _ ->
                rates(query, measured(series), s -> s.requestSeconds().orElse(0), _ -> 1);
            case Signal.CpuTime _ -> rates(query, series, s -> s.cpuSeconds(), _ -> 1);
            case Signal.PromQl _ ->
                new Reading.Missing(
                    query, "a PromQL expression needs Prometheus, and none is configured");
          };
    };
  }

  /** A keeper of a version before this signal does not measure it. */
  private static List<ReplicaSeries> measured(List<ReplicaSeries> series) {
    return series.stream()
        .filter(
            one -> one.samples().stream().allMatch(sample -> sample.requestSeconds().isPresent()))
        .toList();
  }

  private static Reading rates(
      SignalQuery query,
      List<ReplicaSeries> series,
      ToDoubleFunction<ReplicaSeries.Sample> counter,
      ToDoubleFunction<ReplicaSeries> unit) {
    return perReplica(query, series, s -> rate(s, counter).map(r -> r / unit.applyAsDouble(s)));
  }

  /** Per second between the first and the last look. */
  private static Optional<Double> rate(
      ReplicaSeries series, ToDoubleFunction<ReplicaSeries.Sample> counter) {
    return grown(series, counter)
        .flatMap(grown -> {
          Instant first = series.samples().getFirst().at();
          Instant last = series.samples().getLast().at();
          double seconds = Duration.between(first, last).toNanos() / 1e9;
          return seconds > 0 ? Optional.of(grown / seconds) : Optional.empty();
        });
  }

  /** Between the first and the last look; a counter that fell began anew. */
  private static Optional<Double> grown(
      ReplicaSeries series, ToDoubleFunction<ReplicaSeries.Sample> counter) {
    if (series.samples().size() < 2) {
      return Optional.empty();
    }
    double first = counter.applyAsDouble(series.samples().getFirst());
    double last = counter.applyAsDouble(series.samples().getLast());
    return Optional.of(last < first ? last : last - first);
  }

  private interface Value {
    Optional<Double> of(ReplicaSeries series);
  }

  private static Reading perReplica(SignalQuery query, List<ReplicaSeries> series, Value value) {
    Map<String, Sample> samples = new HashMap<>();
    for (ReplicaSeries one : series) {
      boolean asked = query.release().map(one.release()::equals).orElse(true);
      if (asked && !one.samples().isEmpty()) {
        Instant at = one.samples().getLast().at();
        value.of(one).ifPresent(v -> samples.put(one.replica(), new Sample(v, at)));
      }
    }
    return samples.isEmpty()
        ? new Reading.Missing(query, "the keeper has not measured any of its replicas yet")
        : new Reading.PerReplica(query, samples, false, List.of());
  }
}
