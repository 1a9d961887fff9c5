package io.windlass.engine.local.replica;

import io.windlass.engine.local.process.ProcessStat;
import io.windlass.engine.local.process.ProcessTable;
import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.engine.local.protocol.ReplicaSeries.Sample;
import io.windlass.engine.local.proxy.ProxyStats;
import io.windlass.engine.local.sandbox.Cgroups;
import io.windlass.engine.local.state.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Looks at every replica once a second and keeps what it saw for a while. Processor and memory by
 * control group where there is one, else by the processes of the replica's session; network and
 * requests by the proxy. Thread-safe.
 */
public final class Meter {
  private static final double NANOS = 1e9;

  private final Cgroups cgroups;
  private final UnaryOperator<String> mark;
  private final Duration kept;
  private final Map<String, Deque<Sample>> samples = new HashMap<>();

  /**
   * Measures by these groups.
   *
   * @param mark names a replica's control group
   * @param kept how far back samples go
   */
  public Meter(Cgroups cgroups, UnaryOperator<String> mark, Duration kept) {
    this.cgroups = cgroups;
    this.mark = mark;
    this.kept = kept;
  }

  /** Takes a sample of each, and forgets those that are no more. */
  public void look(Collection<Member> members, ProxyStats stats, Instant now) {
    Map<String, ProxyStats.Traffic> traffic = new HashMap<>();
    stats.replicas().forEach(r -> traffic.put(r.replica(), r.traffic()));
    boolean grouped = !(cgroups instanceof Cgroups.None);
    ProcessTable table = grouped || members.isEmpty() ? ProcessTable.none() : ProcessTable.read();
    Map<String, Sample> taken = new HashMap<>();
    for (Member member : members) {
      if (member.running().isPresent()) {
        taken.put(member.id(), sample(member, traffic, table, now));
      }
    }
    synchronized (this) {
      samples.keySet().retainAll(members.stream().map(Member::id).toList());
      taken.forEach((id, sample) -> keep(id, sample, now));
    }
  }

  private void keep(String id, Sample sample, Instant now) {
    Deque<Sample> ring = samples.computeIfAbsent(id, _ -> new ArrayDeque<>());
    ring.addLast(sample);
    while (ring.getFirst().at().isBefore(now.minus(kept))) {
      ring.removeFirst();
    }
  }

  private Sample sample(
      Member member, Map<String, ProxyStats.Traffic> traffic, ProcessTable table, Instant now) {
    String group = mark.apply(member.id());
    List<ProcessStat> family =
        member.running().map(r -> table.family(r.process().pid())).orElse(List.of());
    OptionalLong nanos = cgroups.cpuNanos(group);
    double cpu =
        nanos.isPresent()
            ? nanos.getAsLong() / NANOS
            : family.stream().mapToLong(ProcessStat::cpuTicks).sum()
                / (double) ProcessStat.TICKS_PER_SECOND;
    long memory =
        cgroups
            .memoryBytes(group)
            .orElse(family.stream().mapToLong(ProcessStat::residentBytes).sum());
    ProxyStats.Traffic seen = traffic.get(member.id());
    return seen == null
        ? new Sample(now, cpu, memory, 0, 0, 0, 0, OptionalDouble.of(0), 0)
        : new Sample(
            now,
            cpu,
            memory,
            seen.bytesIn(),
            seen.bytesOut(),
            seen.requests(),
            seen.errors(),
            OptionalDouble.of(seen.latency().sum().toNanos() / NANOS),
            seen.inFlight());
  }

  /**
   * What was seen of a replica since then.
   *
   * @param points at most; the first and the last are among them
   * @param cpuLimitCores see {@link ReplicaSeries}
   */
  public synchronized ReplicaSeries series(
      Member member, Instant since, int points, double cpuLimitCores) {
    List<Sample> window =
        samples.getOrDefault(member.id(), new ArrayDeque<>()).stream()
            .filter(s -> !s.at().isBefore(since))
            .toList();
    double inFlight = window.stream().mapToLong(Sample::inFlight).average().orElse(0);
    return new ReplicaSeries(
        member.id(),
        member.release(),
        member.phase(),
        member.since(),
        window.size(),
        inFlight,
        cpuLimitCores,
        thinned(window, Math.max(2, points)));
  }

  static List<Sample> thinned(List<Sample> samples, int points) {
    if (samples.size() <= points) {
      return samples;
    }
    List<Sample> few = new ArrayList<>(points);
    for (int i = 0; i < points; i++) {
      few.add(samples.get((int) ((long) i * (samples.size() - 1) / (points - 1))));
    }
    return few;
  }
}
