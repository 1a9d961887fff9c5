package io.windlass.engine.local.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * What one replica, or the departed replicas of one release, did. Written by many threads, read now
 * and then.
 */
final class Counters {

  private static final int STATUS_CLASSES = 6;

  private final LongAdder requests = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final List<LongAdder> statuses =
      IntStream.range(0, STATUS_CLASSES).mapToObj(i -> new LongAdder()).toList();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LatencyHistogram latency = new LatencyHistogram();

  void request() {
    requests.increment();
  }

  void failure() {
    failures.increment();
  }

  void answered(int status, long nanos) {
    int statusClass = status / 100;
    if (statusClass > 0 && statusClass < STATUS_CLASSES) {
      statuses.get(statusClass).increment();
    }
    latency.record(nanos);
  }

  void in(long bytes) {
    bytesIn.add(bytes);
  }

  void out(long bytes) {
    bytesOut.add(bytes);
  }

  void add(Counters other) {
    requests.add(other.requests.sum());
    failures.add(other.failures.sum());
    for (int i = 0; i < STATUS_CLASSES; i++) {
      statuses.get(i).add(other.statuses.get(i).sum());
    }
    bytesIn.add(other.bytesIn.sum());
    bytesOut.add(other.bytesOut.sum());
    latency.add(other.latency);
  }

  ProxyStats.Traffic snapshot(long inFlight) {
    List<Long> classes = new ArrayList<>(STATUS_CLASSES);
    statuses.forEach(one -> classes.add(one.sum()));
    return new ProxyStats.Traffic(
        inFlight,
        requests.sum(),
        failures.sum(),
        classes,
        bytesIn.sum(),
        bytesOut.sum(),
        latency.snapshot());
  }
}
