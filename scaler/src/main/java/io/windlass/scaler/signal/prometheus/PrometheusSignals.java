package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.SignalException;
import io.windlass.scaler.signal.SignalHistory;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.scaler.signal.prometheus.PromQlScope.Scoped;
import io.windlass.scaler.syntax.Units;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * Signals from Prometheus.
 *
 * <p>A named signal is read for all fleets with one query; a user's PromQL is scoped to its fleet
 * and asked by itself. Values are evaluated on the server's clock and their ages measured on it, so
 * that a difference between the clocks makes nothing look old or new; it is noted. The server's
 * {@code warnings} make a reading partial; what is empty, not a number or infinite is no data; and
 * a number that rests on no living series, as {@code ... or vector(0)} gives, is none either.
 */
public final class PrometheusSignals implements SignalSource, SignalHistory, AutoCloseable {
  private static final Duration SKEW = Duration.ofSeconds(5);
  private static final int SCRAPES = 4;
  private static final int FLEETS_A_QUERY = 200;

  /** Prometheus refuses more points of a series. */
  private static final int POINTS = 11_000;

  private final PrometheusSettings settings;
  private final FleetSeries series;
  private final PrometheusClient client;
  private final InstantSource clock;

  /** The signals of what the keeper runs; see the other constructor. */
  public PrometheusSignals(PrometheusSettings settings, InstantSource clock) {
    this(settings, new KeeperSeries(), clock);
  }

  /**
   * A source that looks at this clock only to notice that the server's differs.
   *
   * @param series how fleets are found there
   */
  public PrometheusSignals(PrometheusSettings settings, FleetSeries series, InstantSource clock) {
    this.settings = settings;
    this.series = series;
    this.client = new PrometheusClient(settings);
    this.clock = clock;
  }

  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    Map<SignalQuery, Reading> read = new ConcurrentHashMap<>();
    List<Runnable> asks = new ArrayList<>();
    for (List<SignalQuery> batch : batches(queries)) {
      asks.add(() -> read.putAll(ask(batch, now)));
    }
    inParallel(asks);
    return queries.stream()
        .map(query -> read.getOrDefault(query, new Reading.Missing(query, "it was not read")))
        .toList();
  }

  @Override
  public Duration interval() {
    return settings.scrapeInterval();
  }

  @Override
  public List<Sample> history(SignalQuery query, Instant from, Instant to, Duration step)
      throws SignalException {
    try {
      String total = total(query);
      Duration piece = step.multipliedBy(POINTS - 1);
      List<Sample> samples = new ArrayList<>();
      for (Instant start = from; !start.isAfter(to); start = start.plus(piece).plus(step)) {
        Instant end = start.plus(piece).isBefore(to) ? start.plus(piece) : to;
        client.range(total, start, end, step).series().stream()
            .flatMap(series -> series.points().stream())
            .filter(point -> Double.isFinite(point.value()))
            .forEach(point -> samples.add(new Sample(point.value(), point.at())));
      }
      return samples;
    } catch (PrometheusException | PromQlException e) {
      throw new SignalException(
          "Tried to read what %s of %s was but %s"
              .formatted(query.signal().name(), query.fleet(), e.getMessage()));
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** Queries that one request can answer: a named signal of many fleets, or one PromQL. */
  private static List<List<SignalQuery>> batches(List<SignalQuery> queries) {
    record Key(Signal signal, Duration window, Optional<String> release, Optional<FleetId> alone) {}
    Map<Key, List<SignalQuery>> alike =
        queries.stream()
            .distinct()
            .collect(
                Collectors.groupingBy(query ->
                    new Key(
                        query.signal(),
                        query.window(),
                        query.release(),
                        query.signal() instanceof Signal.PromQl
                            ? Optional.of(query.fleet())
                            : Optional.empty())));
    List<List<SignalQuery>> batches = new ArrayList<>();
    for (List<SignalQuery> all : alike.values()) {
      for (int i = 0; i < all.size(); i += FLEETS_A_QUERY) {
        batches.add(all.subList(i, Math.min(all.size(), i + FLEETS_A_QUERY)));
      }
    }
    return batches;
  }

  private static void inParallel(List<Runnable> asks) {
    CountDownLatch done = new CountDownLatch(asks.size());
    for (Runnable ask : asks) {
      Thread.ofVirtual()
          .name("prometheus")
          .start(() -> {
            try {
              ask.run();
            } finally {
              done.countDown();
            }
          });
    }
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<SignalQuery, Reading> ask(List<SignalQuery> batch, Instant now) {
    SignalQuery first = batch.getFirst();
    try {
      return first.signal() instanceof Signal.PromQl promQl
          ? Map.of(first, expression(first, promQl, now))
          : named(batch, now);
    } catch (PrometheusException | PromQlException e) {
      Map<SignalQuery, Reading> missing = new HashMap<>();
      batch.forEach(
          query -> missing.put(query, new Reading.Missing(query, String.valueOf(e.getMessage()))));
      return missing;
    }
  }

  private Map<SignalQuery, Reading> named(List<SignalQuery> batch, Instant now)
      throws PrometheusException {
    SignalQuery first = batch.getFirst();
    List<FleetId> fleets = batch.stream().map(SignalQuery::fleet).toList();
    Optional<FleetSeries.Measure> measure =
        series.measure(first.signal(), fleets, first.release(), window(first));
    Map<SignalQuery, Reading> readings = new HashMap<>();
    if (measure.isEmpty()) {
      batch.forEach(one -> readings.put(one, Readings.none(one, series)));
      return readings;
    }
    Instant sent = clock.instant();
    Answer answer = client.instant(NamedQueries.withTimes(measure.get()));
    Readings make = new Readings(series, notes(answer, sent), now);
    batch.forEach(one -> readings.put(one, make.ofFleet(one, answer)));
    return readings;
  }

  private Reading expression(SignalQuery query, Signal.PromQl promQl, Instant now)
      throws PrometheusException, PromQlException {
    Scoped scoped = scoped(query, promQl);
    Instant sent = clock.instant();
    Answer answer = client.instant(scoped.expression());
    List<String> notes = notes(answer, sent);
    Answer scrapes = client.instant(NamedQueries.lastScrapes(scoped.selectors(), series.replica()));
    return new Readings(series, notes, now).ofExpression(query, answer, scrapes);
  }

  private List<String> notes(Answer answer, Instant sent) {
    List<String> notes = new ArrayList<>();
    answer.warnings().stream().map(warning -> "Prometheus warns: " + warning).forEach(notes::add);
    answer.evaluatedAt().flatMap(there -> skew(there, sent, clock.instant())).ifPresent(notes::add);
    return notes;
  }

  private static Optional<String> skew(Instant there, Instant sent, Instant received) {
    Duration behind = Duration.between(there, sent);
    Duration ahead = Duration.between(received, there);
    if (behind.compareTo(SKEW) > 0) {
      return Optional.of("Prometheus' clock is more than " + roughly(behind) + " behind ours");
    }
    return ahead.compareTo(SKEW) > 0
        ? Optional.of("Prometheus' clock is more than " + roughly(ahead) + " ahead of ours")
        : Optional.empty();
  }

  /** Rough, so that the note stays the same from tick to tick. */
  private static String roughly(Duration skew) {
    Duration whole =
        skew.toHours() > 0
            ? skew.truncatedTo(ChronoUnit.HOURS)
            : skew.toMinutes() > 0 ? skew.truncatedTo(ChronoUnit.MINUTES) : SKEW;
    return Units.text(whole);
  }

  private String total(SignalQuery query) throws PromQlException {
    if (query.signal() instanceof Signal.PromQl promQl) {
      return "sum(" + scoped(query, promQl).expression() + ")";
    }
    return series
        .measure(query.signal(), List.of(query.fleet()), query.release(), window(query))
        .map(NamedQueries::total)
        .orElseThrow(() -> new PromQlException("there is none" + series.hint(query.signal())));
  }

  private Scoped scoped(SignalQuery query, Signal.PromQl promQl) throws PromQlException {
    String matchers = series.matchers(query.fleet(), query.release());
    return PromQlScope.scope(promQl.expression(), matchers, window(query));
  }

  /** A rate needs two samples at its edges and some to lose: four scrapes at least. */
  private String window(SignalQuery query) {
    Duration least = settings.scrapeInterval().multipliedBy(SCRAPES);
    Duration window = query.window().compareTo(least) > 0 ? query.window() : least;
    return window.toMillis() + "ms";
  }
}
