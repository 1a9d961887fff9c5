package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Budget;
import io.windlass.engine.local.protocol.FleetStatus.HostLimit;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Releases;

/** What the machine can still take. */
final class Room {
  /** Counted for a replica that does not say what it needs. */
  private static final long MEMORY_UNSAID = 128L << 20;

  private static final int PLENTY = 10_000;

  private final Releases releases;
  private final int cpuMillis;
  private final long memoryBytes;

  Room(Releases releases, Budget budget) {
    this.releases = releases;
    this.cpuMillis = Runtime.getRuntime().availableProcessors() * 10 * budget.cpuPercent();
    this.memoryBytes = Machine.memoryBytes() / 100 * budget.memoryPercent();
  }

  /** How many more replicas of this process fit, and why no more. */
  HostLimit left(KeeperState state, ProcessSpec spec) {
    KeeperStatus.Budget taken = taken(state);
    long memory = memory(spec);
    long planned = (memoryBytes - taken.memoryTaken()) / memory;
    long present = Machine.availableBytes() / memory;
    long left = Math.min(planned, present);
    String reason =
        planned <= present
            ? "host is full: replicas have %d of %d MiB, one more asks for %d MiB"
                .formatted(mib(taken.memoryTaken()), mib(memoryBytes), mib(memory))
            : "host is full: %d MiB of memory are free, one more asks for %d MiB"
                .formatted(mib(Machine.availableBytes()), mib(memory));
    int millis = spec.resources().cpuMillis();
    long byProcessor = millis == 0 ? left : ((long) cpuMillis - taken.cpuMillisTaken()) / millis;
    if (byProcessor < left) {
      left = byProcessor;
      reason =
          "host is full: replicas have %d of %d thousandths of a core, one more asks for %d"
              .formatted(taken.cpuMillisTaken(), cpuMillis, millis);
    }
    return new HostLimit(Math.clamp(left, 0, PLENTY), reason);
  }

  KeeperStatus.Budget taken(KeeperState state) {
    long memory = 0;
    int cpu = 0;
    for (var member : state.members().values()) {
      var spec = releases.process(member.release(), member.process());
      memory += spec.map(Room::memory).orElse(MEMORY_UNSAID);
      cpu += spec.map(s -> s.resources().cpuMillis()).orElse(0);
    }
    return new KeeperStatus.Budget(cpuMillis, memoryBytes, cpu, memory);
  }

  private static long memory(ProcessSpec spec) {
    return spec.resources().memoryBytes() == 0 ? MEMORY_UNSAID : spec.resources().memoryBytes();
  }

  private static long mib(long bytes) {
    return bytes >> 20;
  }
}
