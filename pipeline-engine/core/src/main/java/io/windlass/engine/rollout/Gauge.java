package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import io.windlass.engine.release.ReleaseId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures by checks what releases do, with the scaler's source of signals. */
final class Gauge {
  private final SignalSource source;

  Gauge(SignalSource source) {
    this.source = source;
  }

  /** A number, or why there is none. */
  private record Value(Optional<Double> number, String missing) {
    static Value of(double number) {
      return new Value(Optional.of(number), "");
    }

    static Value missing(String why) {
      return new Value(Optional.empty(), why);
    }
  }

  /** Looks at a release and at the one before it, both at the same time. */
  Measured look(Check check, ReleaseId release, Optional<ReleaseId> before, Instant now) {
    List<Signal> signals =
        switch (check.measure()) {
          case Check.Measure.Query(var promQl) -> List.of(new Signal.PromQl(promQl));
          case Check.Measure.BuiltIn(var kind, var _) ->
              List.of(
                  switch (kind) {
                    case ERROR_RATE -> new Signal.Errors();
                    case LATENCY -> new Signal.RequestTime();
                    case CPU_PER_REQUEST -> new Signal.CpuTime();
                  },
                  new Signal.Requests(),
                  new Signal.RequestCount());
        };
    List<ReleaseId> releases = Stream.concat(Stream.of(release), before.stream()).toList();
    List<SignalQuery> queries =
        releases.stream()
            .flatMap(one -> signals.stream().map(signal -> query(check, one, signal)))
            .toList();
    Map<SignalQuery, Value> values =
        source.read(queries, now).stream()
            .collect(
                Collectors.toMap(
                    Reading::query, reading -> value(reading, now), (first, _) -> first));
    Value own = of(check, release, signals, values);
    Optional<Double> older =
        before
            .filter(one -> suffices(check, one, values))
            .flatMap(one -> of(check, one, signals, values).number());
    return own.number().isEmpty()
        ? Measured.nothing(own.missing(), older)
        : new Measured(own.number(), requests(check, release, values), older, Optional.empty());
  }

  private static SignalQuery query(Check check, ReleaseId release, Signal signal) {
    var fleet = new FleetId(release.environment().toString(), check.process());
    return new SignalQuery(fleet, Optional.of(release.toString()), signal, check.window());
  }

  /** What is built in is counted for each request; a query says its number itself. */
  private static Value of(
      Check check, ReleaseId release, List<Signal> signals, Map<SignalQuery, Value> values) {
    Value measured = in(values, query(check, release, signals.getFirst()));
    if (check.measure() instanceof Check.Measure.Query || measured.number().isEmpty()) {
      return measured;
    }
    Value requests = in(values, query(check, release, new Signal.Requests()));
    if (requests.number().isEmpty()) {
      return requests;
    }
    double rate = requests.number().get();
    return rate > 0
        ? Value.of(measured.number().get() / rate)
        : Value.missing("no requests within its window");
  }

  private static Optional<Double> requests(
      Check check, ReleaseId release, Map<SignalQuery, Value> values) {
    return in(values, query(check, release, new Signal.RequestCount())).number();
  }

  /** What is compared with must rest on as many requests as what is compared. */
  private static boolean suffices(Check check, ReleaseId release, Map<SignalQuery, Value> values) {
    return switch (check.measure()) {
      case Check.Measure.Query _ -> true;
      case Check.Measure.BuiltIn(var _, var atLeast) ->
          requests(check, release, values).orElse(0.0) >= atLeast;
    };
  }

  private static Value in(Map<SignalQuery, Value> values, SignalQuery query) {
    return values.getOrDefault(query, Value.missing("it was not read"));
  }

  private Value value(Reading reading, Instant now) {
    return switch (reading) {
      case Reading.Missing(var _, var reason) -> Value.missing(reason);
      case Reading.Total total ->
          total.partial()
              ? Value.missing("its source says that the answer is incomplete")
              : fresh(reading.query(), List.of(total.sample()), total.sample().value(), now);
      case Reading.PerReplica each -> {
        Collection<Sample> samples = each.samples().values();
        double sum = samples.stream().mapToDouble(Sample::value).sum();
        // What a query says of each replica is a ratio as often as not; their mean is one again.
        boolean query = reading.query().signal() instanceof Signal.PromQl;
        yield each.partial() || samples.isEmpty()
            ? Value.missing("its source says that the answer is incomplete")
            : fresh(reading.query(), samples, query ? sum / samples.size() : sum, now);
      }
    };
  }

  private Value fresh(SignalQuery query, Collection<Sample> samples, double value, Instant now) {
    Duration most = query.window().plus(source.interval().multipliedBy(2));
    Instant oldest = now.minus(most);
    return samples.stream().map(Sample::at).allMatch(oldest::isAfter)
        ? Value.missing("nothing was measured within its window")
        : Value.of(value);
  }
}
