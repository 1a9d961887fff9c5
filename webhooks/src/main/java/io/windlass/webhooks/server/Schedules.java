package io.windlass.webhooks.server;

import io.windlass.engine.repository.Repositories.Scheduled;
import io.windlass.engine.repository.ScheduleTimes;
import io.windlass.scaler.syntax.Cron;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.quartz.SchedulerException;

/**
 * Fires the repositories' schedules. Of the times that passed while no server was there the last
 * one is made up for, unless that is too long ago to be of use. All on the caller's thread and on
 * the clockwork's, one at a time.
 */
final class Schedules {
  /** Long enough for a nightly job and a morning's repair. */
  static final Duration MADE_UP_WITHIN = Duration.ofHours(24);

  private final Supplier<List<Scheduled>> present;
  private final ScheduleTimes times;
  private final BiConsumer<Scheduled, Instant> fire;
  private final Clockwork clockwork;
  private final InstantSource clock;
  private final Set<Scheduled> known = new HashSet<>();

  /**
   * Over these.
   *
   * @param present the schedules that the repositories' files have now
   * @param fire tells that a schedule's time has come; the same time told twice must count once
   */
  Schedules(
      Supplier<List<Scheduled>> present,
      ScheduleTimes times,
      BiConsumer<Scheduled, Instant> fire,
      Clockwork clockwork,
      InstantSource clock) {
    this.present = present;
    this.times = times;
    this.fire = fire;
    this.clockwork = clockwork;
    this.clock = clock;
  }

  /** Sets a timer for each new schedule's next time; a schedule that went away is forgotten. */
  synchronized void look() throws SchedulerException {
    Set<Scheduled> now = new HashSet<>(present.get());
    for (Scheduled schedule : now) {
      if (known.add(schedule)) {
        begin(schedule);
      }
    }
    for (Scheduled gone : Set.copyOf(known)) {
      if (!now.contains(gone)) {
        known.remove(gone);
        clockwork.forget(name(gone));
        times.forget(gone);
      }
    }
  }

  private void begin(Scheduled schedule) throws SchedulerException {
    Instant now = clock.instant();
    Instant earliest = now.minus(MADE_UP_WITHIN);
    Optional<Instant> missed =
        times
            .until(schedule)
            .flatMap(until ->
                cron(schedule)
                    .last(until.isAfter(earliest) ? until : earliest, now, zone(schedule)));
    missed.ifPresent(due -> fire.accept(schedule, due));
    times.seenTo(schedule, now);
    next(schedule, now);
  }

  private void next(Scheduled schedule, Instant after) throws SchedulerException {
    Optional<Instant> next = cron(schedule).next(after, zone(schedule));
    if (next.isPresent()) {
      clockwork.once(name(schedule), next.get(), _ -> due(schedule, next.get()));
    }
  }

  private synchronized void due(Scheduled schedule, Instant at) {
    if (!known.contains(schedule)) {
      return;
    }
    fire.accept(schedule, at);
    times.seenTo(schedule, at);
    try {
      next(schedule, at);
    } catch (SchedulerException e) {
      throw new IllegalStateException("Tried to set the next time of " + name(schedule), e);
    }
  }

  private static Cron cron(Scheduled schedule) {
    return Cron.of(schedule.entry().cron());
  }

  private static ZoneId zone(Scheduled schedule) {
    return ZoneId.of(schedule.entry().timezone());
  }

  private static String name(Scheduled schedule) {
    return schedule.repository()
        + " "
        + schedule.entry().cron()
        + " "
        + schedule.entry().timezone();
  }
}
