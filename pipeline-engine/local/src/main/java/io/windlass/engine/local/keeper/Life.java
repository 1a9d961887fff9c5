package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Limits;
import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Member.Mishap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** What becomes of one replica by itself: a pure function of what is seen of it and of the time. */
final class Life {
  /** A process gets at least this long after SIGTERM, however short its drain is. */
  private static final Duration LEAST_GRACE = Duration.ofSeconds(2);

  private final Limits limits;

  Life(Limits limits) {
    this.limits = limits;
  }

  /**
   * What is seen of a replica.
   *
   * @param alive its process runs
   * @param ready the last looks at its health went well
   * @param lost its live check fails
   * @param drained it has no request under way, or has had its time
   * @param end how its process ended, in words; asked for only where it did
   * @param lines the last of its log, masked
   */
  record Facts(
      boolean alive,
      boolean ready,
      boolean lost,
      boolean drained,
      Supplier<String> end,
      Supplier<List<String>> lines) {}

  /** What to do about it, beside remembering it. */
  enum Deed {
    NOTHING,
    /** Ask its process to end. */
    TERMINATE,
    /** End whatever is left of its process and give back what it held. */
    CLEAN
  }

  record Next(Member member, Deed deed) {}

  /** For a replica that has a process. */
  Next next(Member member, ProcessSpec spec, Facts facts, Instant now) {
    return switch (member.phase()) {
      case STARTING -> starting(member, spec, facts, now);
      case READY, UNREADY -> up(member, spec, facts, now);
      case BACKOFF, CRASH_LOOPING -> new Next(member, Deed.CLEAN);
      case DRAINING -> {
        if (!facts.alive()) {
          yield new Next(member, Deed.CLEAN);
        }
        yield facts.drained()
            ? new Next(member.become(Phase.STOPPING, now), Deed.TERMINATE)
            : new Next(member, Deed.NOTHING);
      }
      case STOPPING -> {
        Duration grace = spec.drain().compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : spec.drain();
        boolean over = !facts.alive() || !member.since().plus(grace).isAfter(now);
        yield new Next(member, over ? Deed.CLEAN : Deed.NOTHING);
      }
    };
  }

  private Next starting(Member member, ProcessSpec spec, Facts facts, Instant now) {
    if (!facts.alive()) {
      return failed(member, 1, facts.end().get(), facts, now);
    }
    return switch (spec.health()) {
      case Health.None() -> new Next(member.become(Phase.READY, now), Deed.NOTHING);
      case Health.Http http -> {
        if (facts.ready()) {
          yield new Next(member.become(Phase.READY, now), Deed.NOTHING);
        }
        if (!member.since().plus(http.startup()).isAfter(now)) {
          String cause =
              "it was not ready within "
                  + http.startup().toSeconds()
                  + " s"
                  + http.ready().map(p -> " (" + p + ")").orElse("");
          // One whole startup time without readiness says enough about its release.
          yield failed(member, limits.failing(), cause, facts, now);
        }
        yield new Next(member, Deed.NOTHING);
      }
    };
  }

  private Next up(Member member, ProcessSpec spec, Facts facts, Instant now) {
    if (!facts.alive()) {
      return failed(member, 1, facts.end().get(), facts, now);
    }
    if (facts.lost()) {
      return failed(member, 1, "its live check failed", facts, now);
    }
    boolean ready = spec.health() instanceof Health.None || facts.ready();
    if (ready != (member.phase() == Phase.READY)) {
      return new Next(member.become(ready ? Phase.READY : Phase.UNREADY, now), Deed.NOTHING);
    }
    boolean longReady = ready && !member.since().plus(limits.forgiven()).isAfter(now);
    return new Next(member.failures() > 0 && longReady ? member.forgiven() : member, Deed.NOTHING);
  }

  private Next failed(Member member, int weight, String cause, Facts facts, Instant now) {
    return new Next(
        failed(member, weight, new Mishap(cause, facts.lines().get()), now), Deed.CLEAN);
  }

  /** The replica after a failure that counts {@code weight} times. */
  Member failed(Member member, int weight, Mishap mishap, Instant now) {
    int failures = member.failures() + weight;
    Phase phase = failures >= limits.crashLoop() ? Phase.CRASH_LOOPING : Phase.BACKOFF;
    return member.failed(phase, failures, mishap, now.plus(backoff(failures)), now);
  }

  private Duration backoff(int failures) {
    Duration pause = limits.backoff().multipliedBy(1L << Math.min(failures - 1, 20));
    return pause.compareTo(limits.backoffMost()) > 0 ? limits.backoffMost() : pause;
  }
}
