package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.signal.Reading;
import io.windlass.scaler.signal.Sample;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.prometheus.Answer.Point;
import io.windlass.scaler.signal.prometheus.Answer.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes readings of answers. Every time is translated by its age: both the last scrape and the
 * moment of evaluation are on the server's clock, so that their difference holds on the caller's.
 */
record Readings(FleetSeries series, List<String> notes, Instant now) {
  /** That there is no data, and why that may be. */
  static Reading none(SignalQuery query, FleetSeries series) {
    String signal = query.signal().name();
    return new Reading.Missing(
        query, "Prometheus has no data of this fleet's " + signal + series.hint(query.signal()));
  }

  /** One fleet's part of an answer to {@link NamedQueries#withTimes}. */
  Reading ofFleet(SignalQuery query, Answer answer) {
    String fleet = series.name(query.fleet());
    Map<String, Double> values = new HashMap<>();
    Map<String, Instant> times = new HashMap<>();
    for (Series one : answer.series()) {
      if (!one.label(FleetSeries.FLEET).equals(fleet)) {
        continue;
      }
      String replica = one.label(FleetSeries.REPLICA);
      Point point = one.point();
      if (one.label(NamedQueries.PART).equals(NamedQueries.TIME)) {
        times.merge(replica, scraped(point), Readings::later);
      } else if (Double.isFinite(point.value())) {
        values.merge(replica, point.value(), Double::sum);
      }
    }
    Map<String, Sample> samples = join(values, times);
    return samples.isEmpty()
        ? none(query, series)
        : new Reading.PerReplica(query, samples, !answer.warnings().isEmpty(), notes);
  }

  /**
   * The answer to a user's own query.
   *
   * @param scrapes the answer to {@link NamedQueries#lastScrapes} of its selectors
   */
  Reading ofExpression(SignalQuery query, Answer answer, Answer scrapes) {
    List<Series> finite =
        answer.series().stream().filter(series -> Double.isFinite(series.point().value())).toList();
    if (finite.isEmpty()) {
      return new Reading.Missing(
          query,
          answer.series().isEmpty()
              ? "the query has no result"
              : "the query's result is not a number");
    }
    if (scrapes.series().isEmpty()) {
      return new Reading.Missing(query, "nothing that the query measures is being scraped");
    }
    boolean partial =
        !answer.warnings().isEmpty()
            || !scrapes.warnings().isEmpty()
            || finite.size() < answer.series().size();
    return each(query, finite, scrapes, partial)
        .orElseGet(() -> total(query, finite, scrapes, partial));
  }

  /** A result that keeps the replicas apart is one of each replica. */
  private Optional<Reading> each(
      SignalQuery query, List<Series> finite, Answer scrapes, boolean partial) {
    TreeSet<String> replicas = new TreeSet<>();
    finite.forEach(one -> replicas.add(one.label(series.replica())));
    if (replicas.contains("") || replicas.size() != finite.size()) {
      return Optional.empty();
    }
    Map<String, Double> values = new HashMap<>();
    finite.forEach(one -> values.put(one.label(series.replica()), one.point().value()));
    Map<String, Sample> samples = join(values, members(scrapes));
    return samples.isEmpty()
        ? Optional.empty()
        : Optional.of(new Reading.PerReplica(query, samples, partial, notes));
  }

  private Reading total(SignalQuery query, List<Series> finite, Answer scrapes, boolean partial) {
    if (finite.size() > 1) {
      return new Reading.Missing(
          query,
          "the query has %d results; make it one, as with sum(...)".formatted(finite.size()));
    }
    Sample sample = new Sample(finite.getFirst().point().value(), newest(scrapes));
    return new Reading.Total(query, sample, members(scrapes), partial, notes);
  }

  /** A total is as old as the part of it that has not been scraped for longest. */
  private Instant newest(Answer scrapes) {
    Map<String, Instant> newest = new HashMap<>();
    for (Series one : scrapes.series()) {
      newest.merge(one.label(NamedQueries.PART), scraped(one.point()), Readings::later);
    }
    return newest.values().stream().min(Instant::compareTo).orElse(Instant.EPOCH);
  }

  /** A replica is as old as its oldest part; series that name no replica are nobody's. */
  private Map<String, Instant> members(Answer scrapes) {
    Map<String, Instant> members = new TreeMap<>();
    for (Series one : scrapes.series()) {
      String replica = one.label(series.replica());
      if (!replica.isEmpty()) {
        members.merge(replica, scraped(one.point()), (a, b) -> a.isBefore(b) ? a : b);
      }
    }
    return members;
  }

  /** A value whose series is not scraped any more is no data, however fresh its rate may look. */
  private static Map<String, Sample> join(Map<String, Double> values, Map<String, Instant> times) {
    Map<String, Sample> samples = new TreeMap<>();
    values.forEach((replica, value) -> {
      Instant at = times.get(replica);
      if (at != null) {
        samples.put(replica, new Sample(value, at));
      }
    });
    return samples;
  }

  private Instant scraped(Point point) {
    if (!Double.isFinite(point.value()) || Math.abs(point.value()) > 1e11) {
      return Instant.EPOCH;
    }
    Instant there = Instant.ofEpochMilli(Math.round(point.value() * 1000));
    return now.minus(Duration.between(there, point.at()));
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
