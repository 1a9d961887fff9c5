package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Lengths of time in buckets that grow with the length: eight buckets for each doubling, so that a
 * bucket is at most an eighth wider than its lower end. From 1 µs to a little over two minutes;
 * what is longer counts in the last bucket. 1.6 KB each.
 */
final class LatencyHistogram {

  private static final int SUB_BITS = 3;
  private static final int SUB = 1 << SUB_BITS;
  private static final int MAX_EXPONENT = 27;
  private static final int BUCKETS = (MAX_EXPONENT - SUB_BITS + 2) * SUB;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
  private final LongAdder sumNanos = new LongAdder();

  void record(long nanos) {
    counts.getAndIncrement(bucket(TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos))));
    sumNanos.add(Math.max(0, nanos));
  }

  void add(LatencyHistogram other) {
    for (int i = 0; i < BUCKETS; i++) {
      counts.getAndAdd(i, other.counts.get(i));
    }
    sumNanos.add(other.sumNanos.sum());
  }

  ProxyStats.Latency snapshot() {
    long[] copy = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = counts.get(i);
    }
    return new Snapshot(copy, sumNanos.sum());
  }

  static int bucket(long micros) {
    if (micros < SUB) {
      return (int) micros;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
    if (exponent > MAX_EXPONENT) {
      return BUCKETS - 1;
    }
    int sub = (int) (micros >>> (exponent - SUB_BITS)) & (SUB - 1);
    return (exponent - SUB_BITS + 1) * SUB + sub;
  }

  /** The first length, in microseconds, that no longer counts in this bucket. */
  static long upperMicros(int bucket) {
    if (bucket < SUB) {
      return bucket + 1L;
    }
    int exponent = bucket / SUB + SUB_BITS - 1;
    return (SUB + bucket % SUB + 1L) << (exponent - SUB_BITS);
  }

  private static final class Snapshot implements ProxyStats.Latency {

    private final long[] counts;
    private final long sumNanos;
    private final long count;

    Snapshot(long[] counts, long sumNanos) {
      this.counts = counts;
      this.sumNanos = sumNanos;
      long total = 0;
      for (long one : counts) {
        total += one;
      }
      this.count = total;
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public Duration sum() {
      return Duration.ofNanos(sumNanos);
    }

    @Override
    public Optional<Duration> quantile(double share) {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "Tried to read a quantile but %s is not within 0 to 1; ask for 0.99".formatted(share));
      }
      if (count == 0) {
        return Optional.empty();
      }
      long rank = (long) Math.ceil(share * count);
      long seen = 0;
      int bucket = 0;
      while ((seen += counts[bucket]) < rank) {
        bucket++;
      }
      return Optional.of(micros(upperMicros(bucket)));
    }

    @Override
    public long within(Duration bound) {
      long limit = TimeUnit.NANOSECONDS.toMicros(bound.toNanos());
      long seen = 0;
      for (int i = 0; i < counts.length && upperMicros(i) <= limit; i++) {
        seen += counts[i];
      }
      return seen;
    }

    private static Duration micros(long micros) {
      return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros));
    }
  }
}
