package io.windlass.webhooks.server;

import io.windlass.engine.Engine;
import io.windlass.engine.repository.ScheduleTimes;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.webhooks.delivery.Intake;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.quartz.SchedulerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server does by the clock: the scaler's ticks, a look for commits that were missed, the
 * repositories' schedules, and tidying up. Quartz's thread only tells. What takes long is done on
 * two threads, one chore at a time on each: looks that people wait for, and upkeep, which may take
 * minutes.
 */
final class Chores implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Chores.class);
  private static final Duration MISSED = Duration.ofMinutes(5);

  /** Each costs a request of the host's API, of which statuses need theirs. */
  private static final Duration MISSED_PULL_REQUESTS = Duration.ofMinutes(30);

  private static final Duration SCHEDULES = Duration.ofSeconds(30);
  private static final Duration TIDY = Duration.ofHours(1);

  private final Configured configured;
  private final Engine engine;
  private final ScalerLoop loop;
  private final SourceHosts hosts;
  private final Intake intake;
  private final Redeliveries redeliveries;
  private final Upkeep upkeep;
  private final ExecutorService looks = oneAtATime("looks");
  private final ExecutorService keeping = oneAtATime("upkeep");
  private final Clockwork clockwork;
  private final Schedules schedules;

  Chores(
      Configured configured,
      Engine engine,
      ScalerLoop loop,
      SourceHosts hosts,
      Intake intake,
      Redeliveries redeliveries,
      ScheduleTimes times,
      Upkeep upkeep,
      InstantSource clock)
      throws SchedulerException {
    this.configured = configured;
    this.engine = engine;
    this.loop = loop;
    this.hosts = hosts;
    this.intake = intake;
    this.redeliveries = redeliveries;
    this.upkeep = upkeep;
    this.clockwork = new Clockwork();
    this.schedules =
        new Schedules(
            engine.repositories()::schedules, times, engine.repositories()::fire, clockwork, clock);
  }

  void start() throws SchedulerException {
    serve();
    lookForMissed("the server was started");
    lookForMissedPullRequests("the server was started");
    looks.execute(() -> quietly(schedules::look));
    clockwork.every("scaler", configured.get().scaler().tick(), loop::request);
    clockwork.every("missed commits", MISSED, _ -> lookForMissed("the schedule"));
    clockwork.every(
        "missed pull requests",
        MISSED_PULL_REQUESTS,
        _ -> lookForMissedPullRequests("the schedule"));
    clockwork.every("schedules", SCHEDULES, _ -> looks.execute(() -> quietly(schedules::look)));
    clockwork.every("tidy", TIDY, now -> keeping.execute(() -> upkeep.tidy(now)));
    clockwork.start();
  }

  /** Reads the server's file again, and serves what it says now. */
  void reload() throws IOException {
    configured.reload();
    hosts.refresh();
    serve();
    lookForMissed("the server's file was read again");
    lookForMissedPullRequests("the server's file was read again");
  }

  private void serve() {
    intake.serve(
        Hooks.of(configured.get()),
        configured.get().repositories().keySet().stream().map(RepositoryName::toString).toList());
  }

  private void lookForMissed(String cause) {
    for (RepositoryName name : configured.get().repositories().keySet()) {
      looks.execute(() -> quietly(() -> engine.repositories().lookForMissed(name, cause)));
    }
    looks.execute(redeliveries::ask);
  }

  private void lookForMissedPullRequests(String cause) {
    for (RepositoryName name : configured.get().repositories().keySet()) {
      looks.execute(
          () -> quietly(() -> engine.repositories().lookForMissedPullRequests(name, cause)));
    }
  }

  private static ExecutorService oneAtATime(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
  }

  private interface Chore {
    void run() throws SchedulerException, IOException;
  }

  /** A chore that fails is said, and comes again by the clock. */
  private static void quietly(Chore chore) {
    try {
      chore.run();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).log("a chore failed; it is tried again when it is due");
    }
  }

  @Override
  public void close() {
    clockwork.close();
    looks.shutdownNow();
    keeping.shutdownNow();
  }
}
