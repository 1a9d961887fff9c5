package io.windlass.webhooks.server;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the machine's keeper answers: finds the one that runs, or starts one where the
 * server's file lets it.
 */
final class KeeperAtHand {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperAtHand.class);
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

  private KeeperAtHand() {}

  /**
   * Returns once a keeper answers.
   *
   * @param config the server's file, which a keeper that is started reads as well
   */
  static void ensure(Settings.Target.Keeper keeper, Path config)
      throws IOException, KeeperException, InterruptedException {
    KeeperStatus status;
    try (KeeperClient client = new KeeperClient(keeper.data(), PATIENCE)) {
      status = client.status();
    } catch (KeeperException e) {
      if (!keeper.start()) {
        throw new IOException(
            "Tried to reach the keeper of '"
                + keeper.data()
                + "' but none answers, and the server's file says start: false; start it with 'windlass keeper'",
            e);
      }
      Files.createDirectories(keeper.data());
      List<String> command =
          JavaLaunch.command(
              KeeperLauncher.JVM_OPTIONS, List.of("keeper", "--config", config.toString()));
      status =
          KeeperLauncher.start(
              command, keeper.data(), keeper.data().resolve("keeper.log"), ANSWERS_WITHIN);
      LOG.atInfo().addKeyValue("pid", status.pid()).log("started a keeper");
    }
    status
        .isolation()
        .notes()
        .forEach(note -> LOG.atWarn().addKeyValue("keeper", keeper.data()).log(note));
  }
}
