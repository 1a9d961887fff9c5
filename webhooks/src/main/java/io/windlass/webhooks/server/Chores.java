package io.windlass.webhooks.server;

import io.windlass.engine.Engine;
import io.windlass.engine.decision.DecisionTable;
import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.syntax.Cron;
import io.windlass.webhooks.delivery.Intake;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.quartz.SchedulerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server does by the clock: the scaler's ticks, a look for commits that were missed, the
 * repositories' schedules, and tidying up. Quartz's thread only tells; what takes long is done on a
 * thread of its own, one chore at a time.
 */
final class Chores implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Chores.class);
  private static final Duration MISSED = Duration.ofMinutes(5);
  private static final Duration SCHEDULES = Duration.ofSeconds(30);
  private static final Duration TIDY = Duration.ofHours(1);
  private static final Duration DECISIONS_KEPT = Duration.ofDays(90);

  /** Each look at a repository's heads is a row with all of them. */
  private static final Duration TIMELINES_KEPT = Duration.ofDays(30);

  private static final long IMAGE_BYTES_KEPT = 10L * 1024 * 1024 * 1024;
  private static final int RELEASES_KEPT = 5;

  private final Configured configured;
  private final Journal journal;
  private final Engine engine;
  private final ScalerLoop loop;
  private final Mirrors mirrors;
  private final ContentStore images;
  private final SourceHosts hosts;
  private final DecisionTable decisions;
  private final Intake intake;
  private final InstantSource clock;
  private final Redeliveries redeliveries;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("chores").factory());
  private final Clockwork clockwork;
  private final Set<String> scheduled = new HashSet<>();

  Chores(
      Configured configured,
      Journal journal,
      Engine engine,
      ScalerLoop loop,
      Mirrors mirrors,
      ContentStore images,
      SourceHosts hosts,
      DecisionTable decisions,
      Intake intake,
      Redeliveries redeliveries,
      InstantSource clock)
      throws SchedulerException {
    this.configured = configured;
    this.journal = journal;
    this.engine = engine;
    this.loop = loop;
    this.mirrors = mirrors;
    this.images = images;
    this.hosts = hosts;
    this.decisions = decisions;
    this.intake = intake;
    this.redeliveries = redeliveries;
    this.clock = clock;
    this.clockwork = new Clockwork();
  }

  void start() throws SchedulerException {
    serve();
    lookForMissed("the server was started");
    worker.execute(this::schedule);
    clockwork.every("scaler", configured.get().scaler().tick(), loop::request);
    clockwork.every("missed commits", MISSED, _ -> lookForMissed("the schedule"));
    clockwork.every("schedules", SCHEDULES, _ -> worker.execute(this::schedule));
    clockwork.every("tidy", TIDY, _ -> worker.execute(this::tidy));
    clockwork.start();
  }

  /** Reads the server's file again, and serves what it says now. */
  void reload() throws IOException {
    configured.reload();
    hosts.refresh();
    serve();
    lookForMissed("the server's file was read again");
  }

  private void serve() {
    intake.serve(
        Hooks.of(configured.get()),
        configured.get().repositories().keySet().stream().map(RepositoryName::toString).toList());
  }

  private void lookForMissed(String cause) {
    configured
        .get()
        .repositories()
        .keySet()
        .forEach(name ->
            worker.execute(() ->
                quietly(() -> {
                  engine.repositories().lookForMissed(name, cause);
                  redeliveries.ask(name);
                })));
  }

  /** Sets a timer for each schedule's next time; a schedule that went away is forgotten. */
  private void schedule() {
    quietly(() -> {
      Set<String> present = new HashSet<>();
      for (Repositories.Scheduled schedule : engine.repositories().schedules()) {
        String name =
            schedule.repository()
                + " "
                + schedule.entry().cron()
                + " "
                + schedule.entry().timezone();
        present.add(name);
        if (scheduled.add(name)) {
          scheduleNext(name, schedule, clock.instant());
        }
      }
      for (String gone : Set.copyOf(scheduled)) {
        if (!present.contains(gone)) {
          scheduled.remove(gone);
          clockwork.forget(gone);
        }
      }
    });
  }

  private void scheduleNext(String name, Repositories.Scheduled schedule, Instant after)
      throws SchedulerException {
    Optional<Instant> next =
        Cron.of(schedule.entry().cron()).next(after, ZoneId.of(schedule.entry().timezone()));
    if (next.isEmpty()) {
      return;
    }
    Instant due = next.get();
    clockwork.once(
        name,
        due,
        _ ->
            worker.execute(() ->
                quietly(() -> {
                  engine.repositories().fire(schedule, due);
                  scheduleNext(name, schedule, due);
                })));
  }

  private void tidy() {
    quietly(() -> journal.trim(clock.instant().minus(TIMELINES_KEPT)));
    quietly(() -> decisions.forget(clock.instant().minus(DECISIONS_KEPT)));
    quietly(() -> images.collect(engine.releases().neededDigests(RELEASES_KEPT), IMAGE_BYTES_KEPT));
    for (RepositoryName name : configured.get().repositories().keySet()) {
      quietly(() -> mirrors.maintain(name, Set.of()));
    }
  }

  private interface Chore {
    void run()
        throws SchedulerException, GitException, ImageException, InterruptedException, IOException;
  }

  /** A chore that fails is said, and comes again by the clock. */
  private static void quietly(Chore chore) {
    try {
      chore.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).log("a chore failed; it is tried again when it is due");
    }
  }

  @Override
  public void close() {
    clockwork.close();
    worker.shutdownNow();
  }
}
