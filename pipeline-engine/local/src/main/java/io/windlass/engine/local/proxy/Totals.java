package io.windlass.engine.local.proxy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What is counted over all replicas, and the requests that are under way. */
final class Totals {

  private final LongAdder unrouted = new LongAdder();
  private final Map<String, LongAdder> unanswered = new ConcurrentHashMap<>();
  private final AtomicLong underWay = new AtomicLong();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private volatile boolean ending;

  void begun() {
    underWay.incrementAndGet();
  }

  void ended() {
    if (underWay.decrementAndGet() == 0 && ending) {
      idle.complete(null);
    }
  }

  /** Done as soon as nothing is under way. */
  CompletableFuture<Void> idle() {
    ending = true;
    if (underWay.get() == 0) {
      idle.complete(null);
    }
    return idle.copy();
  }

  void noRoute() {
    unrouted.increment();
  }

  void nobodyReady(String fleet) {
    unanswered.computeIfAbsent(fleet, first -> new LongAdder()).increment();
  }

  long unrouted() {
    return unrouted.sum();
  }

  Map<String, Long> unanswered() {
    return unanswered.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().sum()));
  }
}
