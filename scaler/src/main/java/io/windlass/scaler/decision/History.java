package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Memory.Demand;
import io.windlass.scaler.decision.Memory.Load;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.signal.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes a memory of what the signals were. */
final class History {
  private static final Duration SCRAPE = Duration.ofSeconds(20);

  private History() {}

  static Memory rebuild(Memory memory, Scaling scaling, List<List<Sample>> totals, Instant now) {
    Duration lookback = Situation.lookback(scaling);
    Instant begin = now.minus(lookback);
    boolean whole =
        totals.size() == scaling.policies().size()
            && !totals.isEmpty()
            && totals.stream().allMatch(samples -> covers(samples, begin, now));
    if (!whole) {
      return memory;
    }
    Memory rebuilt = memory.begunAgain(begin);
    for (Map.Entry<Instant, Double> moment : loads(scaling, totals, begin, now).entrySet()) {
      int demand = Math.min(scaling.max(), Wishes.carry(moment.getValue()));
      rebuilt =
          rebuilt.adding(
              new Demand(moment.getKey(), demand),
              Optional.of(new Load(moment.getKey(), moment.getValue())),
              lookback);
    }
    return rebuilt.evaluated(now);
  }

  /** The largest load of any policy at each moment, in replicas' worth. */
  private static Map<Instant, Double> loads(
      Scaling scaling, List<List<Sample>> totals, Instant begin, Instant now) {
    TreeMap<Instant, Double> loads = new TreeMap<>();
    for (int i = 0; i < totals.size(); i++) {
      for (Sample sample : totals.get(i)) {
        if (!sample.at().isBefore(begin) && !sample.at().isAfter(now)) {
          double load = Wishes.load(scaling.policies().get(i), Math.max(0, sample.value()));
          loads.merge(sample.at(), load, Math::max);
        }
      }
    }
    return loads;
  }

  /** A quarter of the window may pass without a sample, but not less than a usual scrape takes. */
  private static boolean covers(List<Sample> samples, Instant begin, Instant now) {
    Duration quarter = Duration.between(begin, now).dividedBy(4);
    Duration hole = quarter.compareTo(SCRAPE) > 0 ? quarter : SCRAPE;
    Instant known = begin;
    for (Sample sample : samples) {
      if (Duration.between(known, sample.at()).compareTo(hole) > 0) {
        return false;
      }
      known = sample.at();
    }
    return !samples.isEmpty() && Duration.between(known, now).compareTo(hole) <= 0;
  }
}
