package io.windlass.webhooks.server;

import io.windlass.engine.source.Answer;
import io.windlass.engine.source.FailedDelivery;
import io.windlass.engine.source.GitHub;
import io.windlass.engine.source.Hook;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHostException;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks GitHub to send again what did not arrive: GitHub does not do so by itself. What was stored
 * meanwhile is left out, and a delivery that comes twice counts once.
 */
final class Redeliveries {
  private static final Logger LOG = LoggerFactory.getLogger(Redeliveries.class);

  /** GitHub sends again what is at most three days old. */
  private static final Duration BACK = Duration.ofDays(3);

  private final Supplier<Settings> settings;
  private final SourceHosts hosts;
  private final Deliveries deliveries;
  private final InstantSource clock;

  Redeliveries(
      Supplier<Settings> settings, SourceHosts hosts, Deliveries deliveries, InstantSource clock) {
    this.settings = settings;
    this.hosts = hosts;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  /**
   * Looks after the hooks of one repository; nothing happens without credentials or without a
   * hook's id.
   */
  void ask(RepositoryName name) throws IOException {
    Settings.Repository repository = settings.get().repositories().get(name);
    if (repository == null) {
      return;
    }
    GitHub github = hosts.github(name).orElse(null);
    if (github == null) {
      return;
    }
    for (String id : repository.hookIds()) {
      ask(github, new Hook.OfRepository(name, Long.parseLong(id)));
    }
  }

  private void ask(GitHub github, Hook hook) throws IOException {
    try {
      Answer<List<FailedDelivery>> failed =
          github.failedDeliveries(hook, clock.instant().minus(BACK));
      if (!(failed instanceof Answer.Given<List<FailedDelivery>>(List<FailedDelivery> missed))) {
        LOG.atInfo()
            .addKeyValue("hook", hook)
            .addKeyValue("answer", failed)
            .log("GitHub does not list failed deliveries now");
        return;
      }
      for (FailedDelivery delivery : missed) {
        if (deliveries.find(delivery.guid()).isEmpty()) {
          github.redeliver(hook, delivery.id());
          LOG.atInfo()
              .addKeyValue("delivery", delivery.guid())
              .log("asked GitHub to send a delivery again");
        }
      }
    } catch (SourceHostException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
