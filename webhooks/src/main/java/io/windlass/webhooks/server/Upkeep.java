package io.windlass.webhooks.server;

import io.windlass.engine.Engine;
import io.windlass.engine.decision.DecisionTable;
import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.local.replica.ReplicaLog;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.delivery.DeliveryMachine;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what grows within its bounds, once an hour: what is older than the server's file keeps it,
 * images beyond the store's size, and, one hour of the day for each repository, its mirror.
 */
final class Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final long IMAGE_BYTES_KEPT = 10L * 1024 * 1024 * 1024;
  private static final int RELEASES_KEPT = 5;
  private static final long KEEPER_LOG_BYTES = 16L * 1024 * 1024;
  private static final int HOURS = 24;

  private final Supplier<Settings> settings;
  private final Journal journal;
  private final Engine engine;
  private final Mirrors mirrors;
  private final ContentStore images;
  private final Deliveries deliveries;
  private final DecisionTable decisions;
  private final Optional<Path> keeperLog;

  Upkeep(
      Supplier<Settings> settings,
      Journal journal,
      Engine engine,
      Mirrors mirrors,
      ContentStore images,
      Deliveries deliveries,
      DecisionTable decisions,
      Optional<Path> keeperLog) {
    this.settings = settings;
    this.journal = journal;
    this.engine = engine;
    this.mirrors = mirrors;
    this.images = images;
    this.deliveries = deliveries;
    this.decisions = decisions;
    this.keeperLog = keeperLog;
  }

  /** Does all that is due; what fails is said, comes again in an hour, and holds up nothing. */
  void tidy(Instant now) {
    Settings.Retention kept = settings.get().retention();
    quietly("old timelines", () -> journal.trim(now.minus(kept.timelines())));
    quietly(
        "old deliveries",
        () -> {
          Instant before = now.minus(kept.deliveries());
          journal.forget(DeliveryMachine.KIND, before);
          deliveries.forget(before);
          engine.repositories().forget(before);
        });
    quietly("old decisions", () -> decisions.forget(now.minus(kept.decisions())));
    Instant ended = now.minus(longer(kept.runs(), kept.timelines()));
    quietly("old runs and releases", () -> engine.forget(ended, RELEASES_KEPT));
    quietly(
        "old statuses",
        () -> {
          journal.forget(StatusMachine.KIND, ended);
          journal.forget(AlertMachine.KIND, ended);
        });
    quietly("old logs", () -> engine.runs().forgetLogs(now.minus(kept.logs())));
    keeperLog.ifPresent(
        log -> quietly("the keeper's log", () -> ReplicaLog.bound(log, KEEPER_LOG_BYTES)));
    quietly("images", () -> images.collect(engine.neededDigests(RELEASES_KEPT), IMAGE_BYTES_KEPT));
    for (RepositoryName name : settings.get().repositories().keySet()) {
      if (dueIn(name, now)) {
        quietly("the mirror of " + name, () -> mirrors.maintain(name, Set.of()));
      }
    }
  }

  /** A key that the timelines still hold would be taken for one that was heard before. */
  static Duration longer(Duration runs, Duration timelines) {
    return runs.compareTo(timelines) > 0 ? runs : timelines;
  }

  /** Packing costs as much as a clone: each repository has an hour of the day, by its name. */
  static boolean dueIn(RepositoryName name, Instant now) {
    return Math.floorMod(name.toString().hashCode(), HOURS)
        == now.atOffset(ZoneOffset.UTC).getHour();
  }

  private interface Part {
    void run() throws GitException, ImageException, InterruptedException, IOException;
  }

  private static void quietly(String what, Part part) {
    try {
      part.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).addKeyValue("what", what).log("could not be tidied up now");
    }
  }
}
