package io.windlass.webhooks.server;

import io.windlass.engine.source.Answer;
import io.windlass.engine.source.FailedDelivery;
import io.windlass.engine.source.GitHub;
import io.windlass.engine.source.Hook;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHostException;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.settings.Settings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * Looks after every hook that the server's file knows and that credentials allow to ask about.
   */
  void ask() {
    hooks().forEach((hook, github) -> ask(github, hook));
  }

  /** A hook without its id cannot be asked about, but for the App's own, of which there is one. */
  private Map<Hook, GitHub> hooks() {
    Settings now = settings.get();
    Map<Hook, GitHub> hooks = new LinkedHashMap<>();
    now.repositories()
        .forEach((name, repository) ->
            hosts
                .github(name)
                .ifPresent(github ->
                    repository
                        .hookIds()
                        .forEach(id ->
                            hooks.put(new Hook.OfRepository(name, Long.parseLong(id)), github))));
    now.organizations()
        .forEach((login, organization) ->
            member(now, login)
                .ifPresent(member ->
                    hosts
                        .github(member)
                        .ifPresent(github ->
                            organization
                                .hookIds()
                                .forEach(id ->
                                    hooks.put(
                                        new Hook.OfOrganization(login, Long.parseLong(id), member),
                                        github)))));
    if (now.github().app().flatMap(Settings.App::webhook).isPresent()) {
      hosts.common().ifPresent(github -> hooks.put(new Hook.OfApp(), github));
    }
    return hooks;
  }

  private static Optional<RepositoryName> member(Settings settings, String login) {
    return settings.repositories().keySet().stream()
        .filter(name -> name.owner().equalsIgnoreCase(login))
        .findFirst();
  }

  private void ask(GitHub github, Hook hook) {
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
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("hook", hook)
          .log("failed deliveries cannot be looked for now; it is tried again");
    }
  }
}
