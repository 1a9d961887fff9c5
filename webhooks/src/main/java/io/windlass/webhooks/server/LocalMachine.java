package io.windlass.webhooks.server;

import io.windlass.engine.local.client.HostStepExecutor;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperFleet;
import io.windlass.engine.local.client.KeeperSignals;
import io.windlass.engine.local.client.KeeperTarget;
import io.windlass.engine.run.StepExecutor;
import io.windlass.scaler.signal.SignalRouter;
import io.windlass.scaler.signal.SignalSource;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** This machine under its keeper: a target, and a place for steps. */
final class LocalMachine implements AutoCloseable {
  private static final Duration PATIENT = Duration.ofMinutes(2);
  private static final Duration BRIEF = Duration.ofSeconds(2);

  private final KeeperAtHand atHand;
  private final KeeperClient patient;
  private final KeeperClient brief;
  private final Path log;
  private final OpenTarget target;

  private LocalMachine(
      String name,
      Settings.Target.Keeper keeper,
      KeeperAtHand atHand,
      KeeperTarget.Store images,
      KeeperTarget.Values secrets,
      Optional<SignalSource> prometheus) {
    this.atHand = atHand;
    this.patient = new KeeperClient(keeper.data(), PATIENT);
    this.brief = new KeeperClient(keeper.data(), BRIEF);
    this.log = keeper.data().resolve("keeper.log");
    KeeperSignals own = new KeeperSignals(brief);
    this.target =
        new OpenTarget(
            name,
            new KeeperTarget(patient, images, secrets),
            fleet -> new KeeperFleet(brief, fleet, "windlass"),
            prometheus.<SignalSource>map(source -> SignalRouter.byKind(own, source)).orElse(own));
  }

  /**
   * Opens the keeper that the settings name, if they name one; returns when it answers.
   *
   * @param config the server's file, which a keeper that is started reads as well
   * @param prometheus for PromQL; without it there is none
   */
  static Optional<LocalMachine> open(
      Settings settings,
      Path config,
      KeeperTarget.Store images,
      KeeperTarget.Values secrets,
      Optional<SignalSource> prometheus)
      throws IOException, KeeperException, InterruptedException {
    for (Map.Entry<String, Settings.Target> target : settings.targets().entrySet()) {
      if (target.getValue() instanceof Settings.Target.Keeper keeper) {
        KeeperAtHand atHand = KeeperAtHand.ensure(keeper, config);
        return Optional.of(
            new LocalMachine(target.getKey(), keeper, atHand, images, secrets, prometheus));
      }
    }
    return Optional.empty();
  }

  OpenTarget target() {
    return target;
  }

  StepExecutor executor() {
    return new HostStepExecutor(patient);
  }

  KeeperClient client() {
    return patient;
  }

  /** Where a keeper that the server started writes. */
  Path log() {
    return log;
  }

  /** Ends the connections and the watch over the keeper, and not the keeper. */
  @Override
  public void close() {
    brief.close();
    patient.close();
    atHand.close();
  }
}
